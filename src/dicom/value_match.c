/* Values by VR, to what is kept and to what is asked. */
#include "dicom/value_match.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/date_time.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"

#include <math.h>

/* Behind every text that begins with what stands before it. */
#define LAST_CHARACTER "\xF4\x8F\xBF\xBF"
#define INTEGRAL_MAX 9007199254740992.0 /* beyond it doubles have gaps */

static bool is_number(enum dicom_vr vr)
{
    return vr == VR_IS || vr == VR_DS || (vr_kind(vr) == VR_KIND_BINARY && vr != VR_AT);
}

static str fold(struct arena *a, str text)
{
    return str_lower(a, str_clip(text, FOLDED_SIZE_MAX));
}

/* One text for each number: "1", "1.0" and "+1e0" are the same. "" for what is none. */
static str number_normalized(struct arena *a, str text)
{
    struct buf plain = BUF_IN(a), out = BUF_IN(a);
    int64_t whole;
    uint64_t positive;
    double number;
    if (!json_model_add_number(&plain, text))
        return STR("");
    if (str_to_i64(buf_str(&plain), &whole))
        buf_add_i64(&out, whole);
    else if (str_to_u64(buf_str(&plain), &positive))
        buf_add_u64(&out, positive);
    else if (!str_to_double(buf_str(&plain), &number))
        return STR("");
    else if (fabs(number) <= INTEGRAL_MAX && floor(number) == number)
        buf_add_i64(&out, (int64_t)number);
    else
        buf_add_double(&out, number);
    return buf_str(&out);
}

static str tag_normalized(struct arena *a, str text)
{
    uint32_t tag;
    return tag_from_name(text, &tag) ? str_format(a, "%08X", (unsigned)tag) : STR("");
}

/* The text as it is compared; "" when it is none of its VR. */
static str text_normalized(struct arena *a, enum dicom_vr vr, str text)
{
    if (is_number(vr))
        return number_normalized(a, text);
    return vr == VR_AT   ? tag_normalized(a, text)
           : vr == VR_DA ? date_normalized(a, text)
           : vr == VR_TM ? time_normalized(a, text)
                         : text;
}

static void add_date_time(struct arena *a, str text, int offset, struct attribute_value_slice *out)
{
    struct date_time moment;
    char utc[MOMENT_SIZE];
    if (!date_time_read(text, &moment))
        return;
    moment_add(moment.first, -(moment.has_offset ? moment.offset : offset), utc);
    *SLICE_PUSH(a, out) =
        (struct attribute_value){.folded = {arena_copy(a, moment.first, MOMENT_SIZE), MOMENT_SIZE},
                                 .value = {arena_copy(a, utc, MOMENT_SIZE), MOMENT_SIZE}};
}

static void add_name(struct arena *a, str text, struct attribute_value_slice *out)
{
    str name = person_name_fold(a, text), rest = name, group;
    while (str_cut(&rest, '=', &group))
        if (group.len != 0)
            *SLICE_PUSH(a, out) = (struct attribute_value){fold(a, group), name};
}

/* No database keeps a NUL in a text. */
static str without_nuls(struct arena *a, str text)
{
    if (str_find_char(text, '\0') == SIZE_MAX)
        return text;
    char *copy = arena_copy(a, text.ptr, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (copy[i] == '\0')
            copy[i] = ' ';
    return (str){copy, text.len};
}

void attribute_value_add(struct arena *a, enum dicom_vr vr, str utf8, int offset,
                         struct attribute_value_slice *out)
{
    str text = str_trim(without_nuls(a, utf8));
    if (vr == VR_PN) {
        add_name(a, text, out);
    } else if (vr == VR_DT) {
        add_date_time(a, text, offset, out);
    } else {
        text = text_normalized(a, vr, text);
        if (text.len != 0)
            *SLICE_PUSH(a, out) = (struct attribute_value){fold(a, text), text};
    }
}

/* Every text that is like the pattern begins with what stands before its first wild card. */
static void set_bounds(struct arena *a, str pattern, struct value_test *out)
{
    size_t end = 0;
    while (end < pattern.len && pattern.ptr[end] != '*' && pattern.ptr[end] != '?')
        end++;
    str beginning = fold(a, str_sub(pattern, 0, end));
    if (beginning.len == 0)
        return;
    out->low = beginning;
    out->high = str_format(a, "%.*s" LAST_CHARACTER, STR_ARG(beginning));
}

static err words_test(struct arena *a, str folded, struct value_test *out)
{
    str word;
    out->kind = VALUE_HAS_WORDS;
    while (person_name_next_word(&folded, &word)) {
        if (out->texts.len == MATCHED_WORD_COUNT_MAX)
            return ERR(INVALID, "the name has too many words");
        *SLICE_PUSH(a, &out->texts) = word;
    }
    return OK;
}

/* By the first group that is asked for: a row of each is kept. */
static err name_test(struct arena *a, str text, bool is_fuzzy, struct value_test *out)
{
    str folded = person_name_fold(a, text), rest = folded, word, group = STR("");
    if (is_fuzzy && person_name_next_word(&rest, &word))
        return words_test(a, folded, out);
    out->kind = VALUE_IS_NAME_LIKE;
    *SLICE_PUSH(a, &out->texts) = folded;
    for (rest = folded; group.len == 0 && str_cut(&rest, '=', &group);)
        ;
    set_bounds(a, group, out);
    return OK;
}

static err add_exact(struct arena *a, enum dicom_vr vr, str text, struct value_test *out)
{
    str value = text_normalized(a, vr, text);
    if (value.len == 0)
        return ERR(INVALID, "not a number or tag");
    if (vr == VR_UI && !uid_is_tolerable(value))
        return ERR(INVALID, "not a UID");
    if (out->texts.len == MATCHED_UID_COUNT_MAX)
        return ERR(INVALID, "the list of values is too long");
    out->kind = VALUE_IS_ONE_OF;
    *SLICE_PUSH(a, &out->texts) = value;
    *SLICE_PUSH(a, &out->folded_texts) = fold(a, value);
    return OK;
}

/* Values between "\", as DICOM has them, or ",", as DICOMweb has them. */
static err list_test(struct arena *a, enum dicom_vr vr, str text, struct value_test *out)
{
    out->kind = VALUE_IS_ONE_OF;
    while (text.ptr != NULL) {
        size_t backslash = str_find_char(text, '\\'), comma = str_find_char(text, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(text, 0, end));
        text = end == SIZE_MAX ? STR_NONE : str_sub(text, end + 1, text.len);
        if (part.len != 0)
            TRY(add_exact(a, vr, part, out));
    }
    return OK;
}

/* Both ends of "a", "a-b", "a-" or "-b". */
static err range_test(struct arena *a, enum dicom_vr vr, str text, struct value_test *out)
{
    bool is_time = vr == VR_TM;
    size_t dash = str_find_char(text, '-');
    str ends[2] = {str_trim(str_sub(text, 0, dash)), STR("")};
    ends[1] = dash == SIZE_MAX ? ends[0] : str_trim(str_sub(text, dash + 1, text.len));
    out->kind = VALUE_IS_WITHIN;
    for (size_t i = 0; i < 2; i++) {
        str end = is_time && !time_is_valid(ends[i]) ? STR("") : text_normalized(a, vr, ends[i]);
        if (ends[i].len != 0 && end.len == 0)
            return ERR(INVALID, "not a date, time or range");
        if (end.len != 0)
            *(i == 0 ? &out->low : &out->high) =
                is_time && i == 1 ? str_format(a, "%.*s~", STR_ARG(end)) : end; /* 10 is to 10:59 */
    }
    return out->low.ptr == NULL && out->high.ptr == NULL ? ERR(INVALID, "not a date, time or range")
                                                         : OK;
}

static str moment_text(struct arena *a, const char moment[MOMENT_SIZE], int minutes)
{
    char *text = arena_alloc_raw(a, MOMENT_SIZE, 1);
    moment_add(moment, minutes, text);
    return (str){text, MOMENT_SIZE};
}

/* An end of a range with an offset is a moment in UTC. What is written of a value lies no further
 * from it than offsets go, which narrows the index. */
static void set_moments(struct arena *a, const struct date_time *low, const struct date_time *high,
                        struct value_test *out)
{
    enum { WEST = -12 * 60, EAST = 14 * 60 };
    out->kind = VALUE_IS_WITHIN;
    if (low != NULL && low->has_offset) {
        out->utc_low = moment_text(a, low->first, -low->offset);
        out->low = moment_text(a, out->utc_low.ptr, WEST);
    } else if (low != NULL) {
        out->low = moment_text(a, low->first, 0);
    }
    if (high != NULL && high->has_offset) {
        out->utc_high = moment_text(a, high->last, -high->offset);
        out->high = moment_text(a, out->utc_high.ptr, EAST);
    } else if (high != NULL) {
        out->high = moment_text(a, high->last, 0);
    }
}

/* "-" is also the sign of an offset: a value as a whole is that, and a range is where both sides of
 * a "-" are values. */
static err moment_test(struct arena *a, str text, struct value_test *out)
{
    struct date_time low, high;
    if (date_time_read(text, &low)) {
        set_moments(a, &low, &low, out);
        return OK;
    }
    for (size_t i = 0; i < text.len; i++) {
        str before = str_trim(str_sub(text, 0, i)),
            behind = str_trim(str_sub(text, i + 1, text.len));
        if (text.ptr[i] != '-' || (before.len == 0 && behind.len == 0) ||
            (before.len != 0 && !date_time_read(before, &low)) ||
            (behind.len != 0 && !date_time_read(behind, &high)))
            continue;
        set_moments(a, before.len != 0 ? &low : NULL, behind.len != 0 ? &high : NULL, out);
        return OK;
    }
    return ERR(INVALID, "not a date and time or range");
}

static err pattern_test(struct arena *a, str text, struct value_test *out)
{
    out->kind = VALUE_IS_LIKE;
    *SLICE_PUSH(a, &out->texts) = text;
    set_bounds(a, text, out);
    return OK;
}

/* A text by itself. */
static err one_test(struct arena *a, enum dicom_vr vr, str text, bool is_fuzzy,
                    struct value_test *out)
{
    if (vr == VR_PN)
        return name_test(a, text, is_fuzzy, out);
    if (vr == VR_DT)
        return moment_test(a, text, out);
    if (vr == VR_DA || vr == VR_TM)
        return range_test(a, vr, text, out);
    return !is_number(vr) && vr != VR_AT && vr != VR_UI && has_wildcard(text)
               ? pattern_test(a, text, out)
               : add_exact(a, vr, text, out);
}

bool value_is_universal(str text, const struct value_switches *switches)
{
    text = str_trim(text);
    return !switches->matches_empty && (text.len == 0 || str_eq(text, STR("*")));
}

err value_condition_make(struct arena *a, enum dicom_vr vr, str text,
                         const struct value_switches *switches, struct value_condition *out)
{
    str rest, part;
    *out = (struct value_condition){0};
    rest = text = str_trim(text);
    if (switches->matches_empty) {
        SLICE_PUSH(a, &out->any)->kind = VALUE_IS_EMPTY;
        return OK;
    }
    if (vr == VR_SQ)
        return ERR(INVALID, "a sequence is matched by the attributes of its items");
    if (vr == VR_UI || (vr == VR_CS && !has_wildcard(text)))
        return list_test(a, vr, text, SLICE_PUSH(a, &out->any));
    if (!switches->matches_any || (!vr_is_multi_valued(vr) && vr_kind(vr) != VR_KIND_BINARY))
        return one_test(a, vr, text, switches->is_fuzzy, SLICE_PUSH(a, &out->any));
    while (str_cut(&rest, '\\', &part)) {
        part = str_trim(part);
        if (out->any.len == MATCHED_VALUE_COUNT_MAX)
            return ERR(INVALID, "the list of values is too long");
        if (part.len != 0)
            TRY(one_test(a, vr, part, switches->is_fuzzy, SLICE_PUSH(a, &out->any)));
    }
    return OK;
}

static bool is_between(str text, str low, str high)
{
    return (low.ptr == NULL || str_cmp(text, low) >= 0) &&
           (high.ptr == NULL || str_cmp(text, high) <= 0);
}

static bool test_holds(const struct value_test *t, const struct attribute_value *v)
{
    if (v->folded.len == 0 || t->kind == VALUE_IS_EMPTY)
        return v->folded.len == 0 && t->kind == VALUE_IS_EMPTY;
    if (!is_between(v->folded, t->low, t->high) || !is_between(v->value, t->utc_low, t->utc_high))
        return false;
    switch (t->kind) {
    case VALUE_IS_ONE_OF:
        for (size_t i = 0; i < t->texts.len; i++)
            if (str_eq(v->value, t->texts.at[i]))
                return true;
        return false;
    case VALUE_IS_LIKE:
        return wildcard_matches(t->texts.at[0], v->value);
    case VALUE_IS_NAME_LIKE:
        return person_name_matches(t->texts.at[0], v->value);
    case VALUE_HAS_WORDS:
        for (size_t i = 0; i < t->texts.len; i++)
            if (!person_name_has_word(t->texts.at[i], v->value))
                return false;
        return true;
    default:
        return true;
    }
}

bool value_condition_holds(const struct value_condition *c, const struct attribute_value *value)
{
    for (size_t i = 0; i < c->any.len; i++)
        if (test_holds(&c->any.at[i], value))
            return true;
    return false;
}
