/* A small ISO 2022 machine over code tables, which are made once from the C library's converters.
 */
#include "dicom/charset.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <iconv.h>
#include <pthread.h>

enum { ESC = 0x1B, REPLACEMENT = 0xFFFD, ROW_SIZE = 94 };

/* Code tables: G0 ones are used for bytes 21-7E, G1 ones for A1-FE. */
enum table {
    T_NONE,
    T_ASCII,     /* G0, ISO-IR 6 */
    T_JIS_ROMAN, /* G0, ISO-IR 14 */
    T_JIS_208,   /* G0, two bytes, ISO-IR 87 */
    T_JIS_212,   /* G0, two bytes, ISO-IR 159 */
    T_LATIN1,    /* G1 from here; 96-character sets from A0 on */
    T_LATIN2,
    T_LATIN3,
    T_LATIN4,
    T_CYRILLIC,
    T_ARABIC,
    T_GREEK,
    T_HEBREW,
    T_LATIN5,
    T_LATIN9,
    T_THAI,
    T_KATAKANA, /* ISO-IR 13 */
    T_KOREAN,   /* two bytes, ISO-IR 149 */
    T_GB2312,   /* two bytes, ISO-IR 58 */
    T_COUNT
};

static const struct {
    const char *term; /* without blanks and signs, after ISOIR or ISO2022IR */
    unsigned char g0, g1;
    const char *escape; /* behind ESC; designates the table named last */
    const char *iconv;
} sets[] = {
    {"6", T_ASCII, T_NONE, "(B", NULL},
    {"100", T_ASCII, T_LATIN1, "-A", "ISO-8859-1"},
    {"101", T_ASCII, T_LATIN2, "-B", "ISO-8859-2"},
    {"109", T_ASCII, T_LATIN3, "-C", "ISO-8859-3"},
    {"110", T_ASCII, T_LATIN4, "-D", "ISO-8859-4"},
    {"144", T_ASCII, T_CYRILLIC, "-L", "ISO-8859-5"},
    {"127", T_ASCII, T_ARABIC, "-G", "ISO-8859-6"},
    {"126", T_ASCII, T_GREEK, "-F", "ISO-8859-7"},
    {"138", T_ASCII, T_HEBREW, "-H", "ISO-8859-8"},
    {"148", T_ASCII, T_LATIN5, "-M", "ISO-8859-9"},
    {"203", T_ASCII, T_LATIN9, "-b", "ISO-8859-15"},
    {"166", T_ASCII, T_THAI, "-T", "TIS-620"},
    {"13", T_JIS_ROMAN, T_KATAKANA, ")I", NULL},
    {"14", T_JIS_ROMAN, T_NONE, "(J", NULL},
    {"87", T_JIS_208, T_NONE, "$B", "EUC-JP"},
    {"159", T_JIS_212, T_NONE, "$(D", "EUC-JP"},
    {"149", T_ASCII, T_KOREAN, "$)C", "EUC-KR"},
    {"58", T_ASCII, T_GB2312, "$)A", "GB2312"},
};

static uint16_t single[T_COUNT][96];                   /* A0-FF */
static uint16_t doubled[T_COUNT][ROW_SIZE * ROW_SIZE]; /* of the two-byte sets only */
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

const char *charset_number(size_t at)
{
    return at < COUNT_OF(sets) ? sets[at].term : NULL;
}

static unsigned char table_of(size_t set)
{
    return sets[set].g1 != T_NONE ? sets[set].g1 : sets[set].g0;
}

static bool is_double(unsigned table)
{
    return table == T_JIS_208 || table == T_JIS_212 || table == T_KOREAN || table == T_GB2312;
}

static uint16_t convert(iconv_t converter, const char *bytes, size_t size)
{
    char in[4], *from = in;
    unsigned char out[4] = {0};
    char *to = (char *)out;
    size_t left = size, room = sizeof out;
    memcpy(in, bytes, size);
    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &from, &left, &to, &room) == (size_t)-1 || left != 0 || room != 2)
        return REPLACEMENT;
    return (uint16_t)(out[0] << 8 | out[1]);
}

static void make_table(unsigned table, iconv_t converter)
{
    if (!is_double(table)) {
        for (unsigned i = 0; i < 96; i++) {
            char byte = (char)(0xA0 + i);
            single[table][i] = convert(converter, &byte, 1);
        }
        return;
    }
    for (unsigned row = 0; row < ROW_SIZE; row++)
        for (unsigned cell = 0; cell < ROW_SIZE; cell++) {
            char bytes[3] = {(char)0x8F, (char)(0xA1 + row), (char)(0xA1 + cell)};
            size_t skip = table == T_JIS_212 ? 0 : 1;
            doubled[table][row * ROW_SIZE + cell] = convert(converter, bytes + skip, 3 - skip);
        }
}

static void make_tables(void)
{
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        if (sets[i].iconv == NULL)
            continue;
        iconv_t converter = iconv_open("UTF-16BE", sets[i].iconv);
        if (converter == (iconv_t)-1) /* the module is not installed: its text shows as U+FFFD */
            continue;
        make_table(table_of(i), converter);
        iconv_close(converter);
    }
    for (unsigned i = 0; i < 96; i++)
        single[T_KATAKANA][i] = i >= 1 && i <= 0x3F ? (uint16_t)(0xFF60 + i) : REPLACEMENT;
}

/* "ISO_IR 100", "ISO 2022 IR 100", "iso-ir-100" all become "ISOIR100" or "ISO2022IR100". */
static str normal_term(str term, char room[32])
{
    size_t len = 0;
    for (size_t i = 0; i < term.len && len < 32; i++) {
        char c = term.ptr[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != ' ' && c != '_' && c != '-' && c != '\0')
            room[len++] = c;
    }
    return (str){room, len};
}

static bool set_of_term(str term, size_t *out)
{
    str number = term;
    if (str_starts(number, STR("ISO2022IR")))
        number = str_sub(number, 9, number.len);
    else if (str_starts(number, STR("ISOIR")))
        number = str_sub(number, 5, number.len);
    else if (str_starts(number, STR("ISO8859"))) { /* seen: the name of the encoding itself */
        for (size_t i = 0; i < COUNT_OF(sets); i++) {
            char room[32];
            if (sets[i].iconv != NULL && str_eq(normal_term(str_of(sets[i].iconv), room), term)) {
                *out = i;
                return true;
            }
        }
        return false;
    } else {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(sets); i++)
        if (str_eq(str_of(sets[i].term), number)) {
            *out = i;
            return true;
        }
    return false;
}

static void add_term(struct charset *c, str term, bool is_first)
{
    size_t set;
    if (str_eq(term, STR("ISOIR192")) || str_eq(term, STR("UTF8")) ||
        str_eq(term, STR("ISO2022IR192"))) {
        c->kind = CHARSET_UTF8;
    } else if (str_eq(term, STR("GB18030")) || str_eq(term, STR("GBK")) ||
               str_eq(term, STR("GB2312"))) {
        c->kind = CHARSET_GB18030; /* a superset of the other two */
    } else if (set_of_term(term, &set)) {
        unsigned char g0 = sets[set].g0, g1 = sets[set].g1;
        c->kind = CHARSET_CODE_TABLES;
        if (is_first && !is_double(table_of(set))) {
            c->g0 = g0;
            c->g1 = g1;
        } else if (g1 != T_NONE && c->fallback == T_NONE) {
            c->fallback = g1;
        }
    } else if (is_first && term.len != 0) {
        c->kind = CHARSET_UNKNOWN;
    }
}

struct charset charset_parse(str value)
{
    struct charset c = {.kind = CHARSET_DEFAULT, .g0 = T_ASCII, .g1 = T_NONE, .fallback = T_NONE};
    str rest = value, part;
    char room[32];
    for (bool is_first = true; str_cut(&rest, '\\', &part); is_first = false)
        add_term(&c, normal_term(part, room), is_first);
    return c;
}

static str decode_gb18030(struct arena *a, str raw)
{
    struct buf out = BUF_IN(a);
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    char *from = (char *)raw.ptr; /* iconv does not write there */
    size_t left = raw.len;
    while (left != 0 && converter != (iconv_t)-1) {
        size_t room = left * 2 + 16, before = room;
        char *to = buf_reserve(&out, room);
        size_t code = iconv(converter, &from, &left, &to, &room);
        buf_added(&out, before - room);
        if (code == (size_t)-1 && left != 0 && room >= 8) {
            buf_add_utf8(&out, REPLACEMENT);
            from++;
            left--;
        }
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    return buf_str(&out);
}

static str decode_utf8(struct arena *a, str raw)
{
    if (str_is_utf8(raw))
        return raw;
    struct buf out = BUF_IN(a);
    for (size_t at = 0; at < raw.len;)
        buf_add_utf8(&out, str_utf8_next(raw, &at));
    return buf_str(&out);
}

static str decode_latin1(struct arena *a, str raw)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < raw.len; i++)
        buf_add_utf8(&out, (unsigned char)raw.ptr[i]);
    return buf_str(&out);
}

struct machine {
    const struct charset *charset;
    const unsigned char *at, *end;
    unsigned g0, g1;
    struct buf out;
};

static bool take_escape(struct machine *m)
{
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        size_t len = strlen(sets[i].escape);
        if ((size_t)(m->end - m->at) <= len || memcmp(m->at + 1, sets[i].escape, len) != 0)
            continue;
        unsigned char table = table_of(i);
        if (table >= T_LATIN1)
            m->g1 = table;
        else
            m->g0 = table;
        m->at += len + 1;
        return true;
    }
    if (m->end - m->at >= 3 && m->at[1] == '$' &&
        m->at[2] == '@') { /* the older edition of JIS X 0208 */
        m->g0 = T_JIS_208;
        m->at += 3;
        return true;
    }
    return false;
}

static void take_pair(struct machine *m, unsigned table, unsigned base)
{
    unsigned row = m->at[0] - base, cell = m->end - m->at >= 2 ? m->at[1] - base : ROW_SIZE;
    if (row < ROW_SIZE && cell < ROW_SIZE) {
        buf_add_utf8(&m->out, doubled[table][row * ROW_SIZE + cell]);
        m->at += 2;
    } else {
        buf_add_utf8(&m->out, REPLACEMENT);
        m->at++;
    }
}

static void take_high(struct machine *m)
{
    unsigned table = m->g1 != T_NONE ? m->g1 : m->charset->fallback;
    if (table == T_NONE || *m->at < 0xA0) {
        buf_add_utf8(&m->out, table == T_NONE ? *m->at : (unsigned)REPLACEMENT);
        m->at++;
    } else if (is_double(table)) {
        take_pair(m, table, 0xA1);
    } else {
        buf_add_utf8(&m->out, single[table][*m->at - 0xA0]);
        m->at++;
    }
}

static bool ends_designation(unsigned char c, enum dicom_vr vr)
{
    return c == '\r' || c == '\n' || c == '\f' || c == '\t' ||
           (c == '\\' && vr_is_multi_valued(vr)) || (vr == VR_PN && (c == '^' || c == '='));
}

static str decode_tables(const struct charset *c, struct arena *a, enum dicom_vr vr, str raw)
{
    struct machine m = {.charset = c,
                        .at = (const unsigned char *)raw.ptr,
                        .end = (const unsigned char *)raw.ptr + raw.len,
                        .g0 = c->g0,
                        .g1 = c->g1,
                        .out = BUF_IN(a)};
    pthread_once(&tables_once, make_tables);
    while (m.at < m.end) {
        unsigned char byte = *m.at;
        if (byte == ESC && take_escape(&m))
            continue;
        if (byte >= 0x80) {
            take_high(&m);
        } else if (is_double(m.g0) && byte > 0x20 && byte < 0x7F) {
            take_pair(&m, m.g0, 0x21);
        } else {
            if (ends_designation(byte, vr)) {
                m.g0 = c->g0;
                m.g1 = c->g1;
            }
            buf_add_utf8(&m.out, m.g0 == T_JIS_ROMAN && byte == 0x7E ? 0x203E : byte);
            m.at++;
        }
    }
    return buf_str(&m.out);
}

str charset_to_utf8(const struct charset *c, struct arena *a, enum dicom_vr vr, str raw)
{
    unsigned char any = 0;
    bool escaped = false;
    for (size_t i = 0; i < raw.len; i++) {
        any |= (unsigned char)raw.ptr[i];
        escaped = escaped || raw.ptr[i] == ESC;
    }
    if (any < 0x80 && !escaped && (c->g0 == T_ASCII || c->kind != CHARSET_CODE_TABLES))
        return raw;
    if (vr_kind(vr) == VR_KIND_TEXT) {
        if (c->kind == CHARSET_CODE_TABLES)
            return decode_tables(c, a, vr, raw);
        if (c->kind == CHARSET_UTF8)
            return decode_utf8(a, raw);
        if (c->kind == CHARSET_GB18030)
            return decode_gb18030(a, raw);
    }
    return str_is_utf8(raw) ? raw : decode_latin1(a, raw);
}
