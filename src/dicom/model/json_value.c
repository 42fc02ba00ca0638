/* Values by Value Representation, the way back of what dicom/json.c writes. */
#include "dicom/model/json_value.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "dicom/dictionary.h"
#include "dicom/part10/reader.h"

#include <math.h>
#include <stdlib.h>

enum { NAME_GROUP_COUNT = 3 };
#define INTEGER_IN_DOUBLE_MAX 9007199254740992.0 /* 2^53: beyond, a double skips integers */

struct encoder {
    struct arena *arena; /* of errors */
    struct json_cursor cursor;
    const struct json_attribute *attribute;
    struct buf out;
};

err json_attribute_bad(struct arena *a, uint32_t tag, const char *what)
{
    return ERRF(a, MALFORMED, "(%04X,%04X) %s", tag >> 16, tag & 0xFFFF, what);
}

static err bad(struct encoder *e, const char *what)
{
    return json_attribute_bad(e->arena, e->attribute->tag, what);
}

static err too_large(struct encoder *e)
{
    uint32_t tag = e->attribute->tag;
    return ERRF(e->arena, TOO_LARGE, "(%04X,%04X) has a value larger than the limit", tag >> 16,
                tag & 0xFFFF);
}

bool json_name_group(str key, size_t *out)
{
    static const str names[NAME_GROUP_COUNT] = {STR_INIT("Alphabetic"), STR_INIT("Ideographic"),
                                                STR_INIT("Phonetic")};
    for (size_t i = 0; i < NAME_GROUP_COUNT; i++)
        if (str_eq(names[i], key)) {
            *out = i;
            return true;
        }
    return false;
}

/* A text; null is an empty one, PS3.18 F.2.5. */
static err take_text(struct encoder *e, str *out)
{
    enum dicom_vr vr = e->attribute->vr;
    str word;
    if (json_peek(&e->cursor) == '"')
        return json_take_text(&e->cursor, out);
    TRY(json_take_word(&e->cursor, &word));
    bool is_number = word.ptr[0] == '-' || (word.ptr[0] >= '0' && word.ptr[0] <= '9');
    if (str_eq(word, STR("null")))
        *out = STR("");
    else if ((vr == VR_DS || vr == VR_IS) && is_number)
        *out = word;
    else
        return bad(e, "has a value that is no text");
    return OK;
}

static err add_text(struct encoder *e)
{
    str text = STR_NONE;
    TRY(take_text(e, &text));
    /* it would be read as two values */
    if (vr_is_multi_valued(e->attribute->vr) && str_find_char(text, '\\') != SIZE_MAX)
        return bad(e, "has a backslash within a value");
    buf_add(&e->out, text);
    return OK;
}

static err take_name_groups(struct encoder *e, str groups[NAME_GROUP_COUNT])
{
    bool first = true, more;
    str key;
    size_t i;
    TRY(json_expect(&e->cursor, '{'));
    for (;;) {
        TRY(json_next(&e->cursor, &first, '}', &more));
        if (!more)
            return OK;
        TRY(json_take_text(&e->cursor, &key));
        TRY(json_expect(&e->cursor, ':'));
        if (!json_name_group(key, &i) || groups[i].ptr != NULL)
            return bad(e, "has a name with an unknown or repeated group");
        TRY(take_text(e, &groups[i]));
        if (str_find_char(groups[i], '\\') != SIZE_MAX || str_find_char(groups[i], '=') != SIZE_MAX)
            return bad(e, "has a separator within a group of a name");
    }
}

/* PS3.5 6.2.1.2: groups behind the last that is there are left out with their "=". */
static err add_name(struct encoder *e)
{
    str groups[NAME_GROUP_COUNT] = {0};
    str word;
    if (json_peek(&e->cursor) != '{') {
        if (json_peek(&e->cursor) == '"')
            return bad(e, "has a name that is no object");
        TRY(json_take_word(&e->cursor, &word));
        return str_eq(word, STR("null")) ? OK : bad(e, "has a name that is no object");
    }
    TRY(take_name_groups(e, groups));
    size_t count = NAME_GROUP_COUNT;
    while (count != 0 && groups[count - 1].len == 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            buf_add_char(&e->out, '=');
        buf_add(&e->out, groups[i]);
    }
    return OK;
}

static void add_word(struct buf *out, uint64_t value, unsigned size)
{
    char *p = buf_reserve(out, size);
    for (unsigned i = 0; i < size; i++)
        p[i] = (char)(value >> 8 * i & 0xFF);
    buf_added(out, size);
}

/* 5, and 5.0 or 5e0, which some writers make of it. */
static bool integer_from_text(str text, bool *negative, uint64_t *magnitude)
{
    double value;
    *negative = text.len != 0 && text.ptr[0] == '-';
    if (str_to_u64(str_sub(text, *negative ? 1 : 0, text.len), magnitude))
        return true;
    if (!str_to_double(text, &value) || fabs(value) > INTEGER_IN_DOUBLE_MAX ||
        value < floor(value) || value > floor(value))
        return false;
    *magnitude = (uint64_t)fabs(value);
    return true;
}

static err add_integer(struct encoder *e, str text)
{
    enum dicom_vr vr = e->attribute->vr;
    bool is_signed = vr == VR_SS || vr == VR_SL || vr == VR_SV, negative;
    unsigned size = vr_word_size(vr);
    uint64_t magnitude, max = UINT64_MAX >> (64 - 8 * size + (is_signed ? 1 : 0));
    if (!integer_from_text(text, &negative, &magnitude))
        return bad(e, "has a value that is no whole number");
    if (negative)
        max = is_signed ? max + 1 : 0;
    if (magnitude > max)
        return bad(e, "has a number out of the range of its VR");
    add_word(&e->out, negative ? 0 - magnitude : magnitude, size);
    return OK;
}

/* The names the DICOM standard, and JavaScript, have for what JSON has no number for. */
static bool special_from_text(str text, double *out)
{
    static const struct {
        str name;
        double value;
    } specials[] = {{STR_INIT("NaN"), NAN},
                    {STR_INIT("inf"), INFINITY},
                    {STR_INIT("-inf"), -INFINITY},
                    {STR_INIT("Infinity"), INFINITY},
                    {STR_INIT("-Infinity"), -INFINITY}};
    for (size_t i = 0; i < COUNT_OF(specials); i++)
        if (str_eq(specials[i].name, text)) {
            *out = specials[i].value;
            return true;
        }
    return false;
}

static err add_float(struct encoder *e, str text)
{
    double value;
    float single;
    uint32_t word;
    uint64_t wide;
    bool is_special = special_from_text(text, &value);
    if (!is_special && !str_to_double(text, &value))
        return bad(e, "has a value that is no number");
    if (e->attribute->vr == VR_FD) {
        memcpy(&wide, &value, sizeof wide);
        add_word(&e->out, wide, sizeof wide);
        return OK;
    }
    /* from the text: rounding the double once more may give the neighbour of the float meant */
    single = is_special ? (float)value : strtof(str_cstr(e->cursor.arena, text), NULL);
    if (!is_special && !isfinite(single))
        return bad(e, "has a number out of the range of its VR");
    memcpy(&word, &single, sizeof word);
    add_word(&e->out, word, sizeof word);
    return OK;
}

static err add_number(struct encoder *e)
{
    enum dicom_vr vr = e->attribute->vr;
    bool quoted = json_peek(&e->cursor) == '"', is_float = vr == VR_FL || vr == VR_FD;
    uint32_t tag;
    str text;
    TRY(quoted ? json_take_text(&e->cursor, &text) : json_take_word(&e->cursor, &text));
    if (!quoted && str_eq(text, STR("null"))) {
        if (is_float)
            return add_float(e, STR("NaN"));
        if (e->attribute->value_count == 1)
            return OK;
        return bad(e, "has a null among its numbers");
    }
    if (is_float)
        return add_float(e, text);
    if (vr != VR_AT)
        return add_integer(e, text);
    if (!quoted || !tag_from_text(text, &tag))
        return bad(e, "has a value that is no tag");
    add_word(&e->out, tag >> 16, 2);
    add_word(&e->out, tag & 0xFFFF, 2);
    return OK;
}

static err encode_list(struct encoder *e)
{
    enum dicom_vr vr = e->attribute->vr;
    bool is_binary = vr_kind(vr) == VR_KIND_BINARY, first = true, more;
    err (*add)(struct encoder * e) = is_binary ? add_number : vr == VR_PN ? add_name : add_text;
    if (e->attribute->value_count > 1 && !is_binary && !vr_is_multi_valued(vr))
        return bad(e, "has more than one value, which its VR does not allow");
    TRY(json_expect(&e->cursor, '['));
    for (size_t i = 0;; i++) {
        TRY(json_next(&e->cursor, &first, ']', &more));
        if (!more)
            return OK;
        if (i != 0 && !is_binary)
            buf_add_char(&e->out, '\\');
        TRY(add(e));
        if (e->out.len > PART10_VALUE_SIZE_MAX)
            return too_large(e);
    }
}

/* Words are in little endian order already, PS3.18 F.2.7. */
static err decode_inline(struct encoder *e, str *out)
{
    str text = e->attribute->text;
    if (text.len / 4 > PART10_VALUE_SIZE_MAX / 3)
        return too_large(e);
    if (text.len % 4 != 0 || str_ends(text, STR("===")) ||
        !base64_decode(e->cursor.arena, text, out))
        return bad(e, "has an InlineBinary that is not base64");
    return OK;
}

err json_value_encode(struct arena *a, struct arena *scratch, const struct json_attribute *m,
                      str *out)
{
    struct encoder e = {.arena = a,
                        .cursor = {.arena = scratch, .text = m->text},
                        .attribute = m,
                        .out = BUF_IN(scratch)};
    if (m->form == JSON_FORM_INLINE)
        return decode_inline(&e, out);
    if (m->form == JSON_FORM_VALUE)
        TRY(encode_list(&e));
    *out = buf_str(&e.out);
    return OK;
}
