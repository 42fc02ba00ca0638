/* Elements to members, by Value Representation. */
#include "dicom/json.h"

#include "base/arena.h"
#include "base/json.h"
#include "dicom/model/number_text.h"
#include "dicom/part10/frames.h"
#include "dicom/part10/values.h"
#include "dicom/person_name.h"

enum { TAG_CHARSET = 0x00080005, PLACEHOLDER = 0x01 };

void json_model_init(struct json_model *m, struct arena *a, struct arena *scratch)
{
    *m = (struct json_model){.json = BUF_IN(a), .bulk = BUF_IN(a), .scratch = scratch};
    tag_set_init(&m->tags, a);
    m->first[0] = true;
    m->item[0] = m->item_count = 1;
    m->charset[0] = charset_parse(STR(""));
    buf_add_char(&m->json, '{');
}

static bool is_left_out(const struct part10_element *e)
{
    return e->tag >> 16 == 0x0002 || (e->tag & 0xFFFF) == 0;
}

size_t json_model_wants(const struct part10_element *e)
{
    if (is_left_out(e) || e->tag == 0x7FE00010 || e->tag == 0x7FE00008 || e->tag == 0x7FE00009)
        return 0;
    switch (vr_kind(e->vr)) {
    case VR_KIND_BYTES:
        return JSON_MODEL_INLINE_SIZE_MAX;
    case VR_KIND_BINARY:
        return JSON_MODEL_NUMBERS_SIZE_MAX;
    default:
        return JSON_MODEL_TEXT_SIZE_MAX;
    }
}

static void add_tag(struct buf *out, uint32_t tag)
{
    static const char digits[] = "0123456789ABCDEF";
    char *p = buf_reserve(out, 8);
    for (unsigned i = 0; i < 8; i++)
        p[i] = digits[tag >> (28 - 4 * i) & 15];
    buf_added(out, 8);
}

/* "TTTTTTTT":{"vr":"XX" — false when the member must not be written (again). */
static bool begin_member(struct json_model *m, const struct part10_element *e)
{
    if (m->skipping || is_left_out(e) || !tag_set_add(&m->tags, m->item[m->depth], e->tag))
        return false;
    if (!m->first[m->depth])
        buf_add_char(&m->json, ',');
    m->first[m->depth] = false;
    buf_add_char(&m->json, '"');
    add_tag(&m->json, e->tag);
    buf_add(&m->json, STR("\":{\"vr\":\""));
    buf_add(&m->json, vr_name(e->vr));
    buf_add_char(&m->json, '"');
    return true;
}

static void add_bulk(struct json_model *m, const struct part10_element *e)
{
    struct buf path = BUF_IN(m->scratch);
    for (unsigned i = 0; i < m->depth; i++) {
        add_tag(&path, m->path_tag[i]);
        buf_addf(&path, "/%u/", m->path_item[i] + 1);
    }
    add_tag(&path, e->tag);
    buf_add(&m->json, STR(",\"BulkDataURI\":\""));
    buf_add_char(&m->json, PLACEHOLDER);
    buf_add(&m->json, STR("/bulkdata/"));
    buf_add(&m->json, buf_str(&path));
    buf_add_char(&m->json, '"');
    varint_add(&m->bulk, path.len);
    buf_add(&m->bulk, buf_str(&path));
    buf_add_char(&m->bulk, (char)e->vr);
    varint_add(&m->bulk, e->offset);
    varint_add(&m->bulk, e->length == PART10_UNDEFINED_LENGTH ? UINT64_MAX : e->length);
}

static size_t digit_run(str s, size_t at)
{
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
        at++;
    return at;
}

bool json_model_add_number(struct buf *out, str s)
{
    size_t at = s.len != 0 && (s.ptr[0] == '+' || s.ptr[0] == '-') ? 1 : 0;
    size_t whole_end = digit_run(s, at), start = out->len;
    size_t fraction_end =
        whole_end < s.len && s.ptr[whole_end] == '.' ? digit_run(s, whole_end + 1) : whole_end;
    size_t fraction_count = fraction_end > whole_end ? fraction_end - whole_end - 1 : 0;
    if (whole_end == at && fraction_count == 0)
        return false;
    if (s.ptr[0] == '-')
        buf_add_char(out, '-');
    while (at + 1 < whole_end && s.ptr[at] == '0')
        at++;
    buf_add(out, whole_end == at ? STR("0") : str_sub(s, at, whole_end));
    if (fraction_count != 0)
        buf_add(out, str_sub(s, whole_end, fraction_end));
    str exponent = str_sub(s, fraction_end, s.len);
    if (exponent.len != 0) {
        size_t sign =
            exponent.len > 1 && (exponent.ptr[1] == '+' || exponent.ptr[1] == '-') ? 2 : 1;
        if ((exponent.ptr[0] != 'e' && exponent.ptr[0] != 'E') || sign == exponent.len ||
            digit_run(exponent, sign) != exponent.len || exponent.len > 6) {
            out->len = start;
            return false;
        }
        buf_add(out, exponent);
    }
    double ignored;
    if (str_to_double(str_sub(buf_str(out), start, out->len), &ignored))
        return true;
    out->len = start; /* beyond a double: most readers of JSON make infinity of it */
    return false;
}

static void add_person_name(struct buf *out, str value)
{
    struct person_name name = person_name_split(value);
    const str groups[] = {value_trim_both(name.alphabetic), value_trim_both(name.ideographic),
                          value_trim_both(name.phonetic)};
    static const char *const names[] = {"Alphabetic", "Ideographic", "Phonetic"};
    bool first = true;
    buf_add_char(out, '{');
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        if (groups[i].len == 0)
            continue;
        json_write_member(out, &first, str_of(names[i]));
        json_write_str(out, groups[i]);
    }
    buf_add_char(out, '}');
}

static void add_one_text(struct buf *out, enum dicom_vr vr, str value)
{
    if (value.len == 0)
        buf_add(out, STR("null"));
    else if (vr == VR_PN)
        add_person_name(out, value);
    else if ((vr == VR_DS || vr == VR_IS) && json_model_add_number(out, value))
        return;
    else
        json_write_str(out, value);
}

static bool keeps_leading_space(enum dicom_vr vr)
{
    return vr == VR_LT || vr == VR_ST || vr == VR_UT || vr == VR_UC || vr == VR_UR || vr == VR_UI;
}

static void add_text_values(struct buf *out, enum dicom_vr vr, str utf8)
{
    str rest = value_trim(utf8), part;
    if (rest.len == 0)
        return;
    buf_add(out, STR(",\"Value\":["));
    if (!vr_is_multi_valued(vr)) {
        json_write_str(out, rest);
    } else {
        bool first = true;
        while (str_cut(&rest, '\\', &part)) {
            if (!first)
                buf_add_char(out, ',');
            first = false;
            add_one_text(out, vr,
                         keeps_leading_space(vr) ? value_trim(part) : value_trim_both(part));
        }
    }
    buf_add_char(out, ']');
}

void json_model_write_text(struct buf *out, enum dicom_vr vr, str utf8)
{
    buf_add(out, STR("{\"vr\":\""));
    buf_add(out, vr_name(vr));
    buf_add_char(out, '"');
    if (vr == VR_US || vr == VR_UL) {
        if (utf8.len != 0) {
            buf_add(out, STR(",\"Value\":["));
            buf_add(out, utf8);
            buf_add_char(out, ']');
        }
    } else {
        add_text_values(out, vr, utf8);
    }
    buf_add_char(out, '}');
}

/* JSON has no infinity and no NaN. */
static void add_number(struct buf *out, enum dicom_vr vr, const unsigned char *p, bool big)
{
    if (!number_is_finite(vr, p, big)) {
        buf_add(out, STR("null"));
        return;
    }
    if (vr == VR_AT)
        buf_add_char(out, '"');
    number_text_write(out, vr, p, big);
    if (vr == VR_AT)
        buf_add_char(out, '"');
}

static void add_numbers(struct buf *out, const struct part10_element *e, str value)
{
    size_t size = number_size(e->vr);
    if (value.len < size)
        return;
    buf_add(out, STR(",\"Value\":["));
    for (size_t at = 0; value.len - at >= size; at += size) {
        if (at != 0)
            buf_add_char(out, ',');
        add_number(out, e->vr, (const unsigned char *)value.ptr + at, e->big_endian);
    }
    buf_add_char(out, ']');
}

/* Base64 of the bytes in little endian order, which PS3.18 F.2.7 asks for. */
static void add_inline(struct json_model *m, const struct part10_element *e, str value)
{
    if (value.len == 0)
        return;
    if (e->big_endian)
        value = vr_turn_words(m->scratch, value, vr_word_size(e->vr));
    buf_add(&m->json, STR(",\"InlineBinary\":\""));
    buf_add_base64(&m->json, value.ptr, value.len);
    buf_add_char(&m->json, '"');
}

void json_model_element(struct json_model *m, const struct part10_element *e, str value)
{
    if (!begin_member(m, e))
        return;
    if (e->tag == TAG_CHARSET && value.ptr != NULL)
        m->charset[m->depth] = charset_parse(value_trim(value));
    if (value.ptr == NULL && e->length != 0) {
        add_bulk(m, e);
    } else {
        switch (vr_kind(e->vr)) {
        case VR_KIND_BYTES:
            add_inline(m, e, value);
            break;
        case VR_KIND_BINARY:
            add_numbers(&m->json, e, value);
            break;
        default:
            if (e->tag == TAG_CHARSET && value_trim(value).len != 0)
                value = STR("ISO_IR 192"); /* the document is UTF-8, PS3.18 F.2 */
            add_text_values(&m->json, e->vr,
                            charset_to_utf8(&m->charset[m->depth], m->scratch, e->vr, value));
            break;
        }
    }
    buf_add_char(&m->json, '}');
}

void json_model_sequence_begin(struct json_model *m, const struct part10_element *e)
{
    bool written = begin_member(m, e);
    m->path_tag[m->depth] = e->tag;
    m->has_items[m->depth] = false;
    m->charset[m->depth + 1] = m->charset[m->depth];
    if (!written && !m->skipping) {
        m->skipping = true;
        m->skip_depth = m->depth;
    }
    m->depth++;
}

void json_model_item_begin(struct json_model *m, uint32_t index)
{
    unsigned outer = m->depth - 1;
    m->path_item[outer] = index;
    m->charset[m->depth] = m->charset[outer];
    m->first[m->depth] = true;
    m->item[m->depth] = ++m->item_count;
    if (m->skipping)
        return;
    buf_add(&m->json, m->has_items[outer] ? STR(",{") : STR(",\"Value\":[{"));
    m->has_items[outer] = true;
}

void json_model_item_end(struct json_model *m)
{
    if (!m->skipping)
        buf_add_char(&m->json, '}');
}

void json_model_sequence_end(struct json_model *m)
{
    m->depth--;
    if (m->skipping) {
        m->skipping = m->depth != m->skip_depth;
        return;
    }
    buf_add(&m->json, m->has_items[m->depth] ? STR("]}") : STR("}"));
}

str json_model_finish(struct json_model *m, struct arena *a, str prefix, str extra)
{
    struct buf out = BUF_IN(a);
    str rest = buf_str(&m->json), part;
    buf_reserve(&out, rest.len + extra.len + 256);
    for (bool first = true; str_cut(&rest, PLACEHOLDER, &part); first = false) {
        if (!first)
            buf_add(&out, prefix);
        buf_add(&out, part);
    }
    if (extra.len != 0) {
        if (!m->first[0])
            buf_add_char(&out, ',');
        buf_add(&out, extra);
    }
    buf_add_char(&out, '}');
    return buf_str(&out);
}

err bulk_table_next(str *rest, str *path, struct bulk_place *out, bool *found)
{
    uint64_t size, offset, length;
    *found = rest->len != 0;
    if (!*found)
        return OK;
    if (!varint_take(rest, &size) || size >= rest->len)
        return ERR(MALFORMED, "not a bulk table");
    *path = str_sub(*rest, 0, (size_t)size);
    unsigned char vr = (unsigned char)rest->ptr[size];
    *rest = str_sub(*rest, (size_t)size + 1, rest->len);
    if (vr >= VR_COUNT || !varint_take(rest, &offset) || !varint_take(rest, &length))
        return ERR(MALFORMED, "not a bulk table");
    *out = (struct bulk_place){offset, length, (enum dicom_vr)vr};
    return OK;
}

err bulk_table_find(str table, str path, struct bulk_place *out)
{
    str here;
    for (bool found = true; found;) {
        struct bulk_place place;
        TRY(bulk_table_next(&table, &here, &place, &found));
        if (found && str_eq(here, path)) {
            *out = place;
            return OK;
        }
    }
    return ERR(NOT_FOUND, "there is no such bulk value");
}
