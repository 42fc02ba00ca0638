/* Matching keys, PS3.4 C.2.2.2, as conditions on one row. They say what sqlite/match.c says, in
 * other words: what the two do not agree on is a mistake in one of them. */
#include "infrastructure/memory/memory_find.h"
#include "infrastructure/memory/memory_grants.h"

#include "base/buf.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"
#include "infrastructure/memory/memory_text.h"

enum condition_kind {
    IS_EMPTY,
    IS_LIKE,      /* texts[0] is a pattern */
    IS_NAME_LIKE, /* the same for one group of a name */
    HAS_WORDS,    /* texts begin words of a name */
    IS_ONE_OF,    /* texts */
    IS_NUMBER,
    IS_IN_RANGE,
    IS_IN_MOMENTS,
    HAS_ONE_OF, /* one of texts, patterns, among the values of a set */
    IS_ANY_OF   /* one of the conditions in any */
};

/* Absent where it is open. */
struct range {
    str low, high;
};

struct condition {
    enum condition_kind kind;
    enum image_level level;
    const struct field *field, *time_field;
    struct str_slice texts;
    int64_t number;
    struct range range, times;
    struct condition *any;
    size_t any_count;
};
SLICE(condition);

struct conditions {
    const struct image_filter *filter;
    struct condition_slice list;
    struct str_slice words; /* of the search, folded */
};

const void *candidate_at(const struct candidate *c, enum image_level level)
{
    return level == LEVEL_STUDY         ? (const void *)c->study
           : level == LEVEL_SERIES      ? (const void *)c->series
           : level == LEVEL_NON_PATIENT ? (const void *)c->object
                                        : (const void *)c->instance;
}

/* The parts of value between "\" or ",", trimmed; the empty ones only of a set. */
static err split(struct arena *a, str value, bool is_set, struct str_slice *out)
{
    while (value.ptr != NULL) {
        size_t backslash = str_find_char(value, '\\'), comma = str_find_char(value, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(value, 0, end));
        value = end == SIZE_MAX ? STR_NONE : str_sub(value, end + 1, value.len);
        if (part.len == 0 && !is_set)
            continue;
        if (out->len == (is_set ? (size_t)VALUE_LIST_LEN_MAX : (size_t)UID_LIST_LEN_MAX))
            return ERR(INVALID, "the list of values is too long");
        *SLICE_PUSH(a, out) = part;
    }
    return OK;
}

/* HH, HHMM, HHMMSS or HHMMSS.F: an even number of digits in their ranges, then a fraction. */
static bool is_time(str s)
{
    size_t dot = str_find_char(s, '.');
    str whole = str_sub(s, 0, dot), fraction = str_sub(s, dot == SIZE_MAX ? s.len : dot + 1, s.len);
    uint64_t number;
    if (!str_to_u64(whole, &number) || whole.len < 2 || whole.len > 6 || whole.len % 2 != 0 ||
        (dot != SIZE_MAX && (whole.len != 6 || fraction.len == 0 || fraction.len > 6 ||
                             !str_to_u64(fraction, &(uint64_t){0}))))
        return false;
    uint64_t hours = whole.len == 2 ? number : whole.len == 4 ? number / 100 : number / 10000;
    uint64_t minutes = whole.len == 2 ? 0 : whole.len == 4 ? number % 100 : number / 100 % 100;
    return hours < 24 && minutes < 60 && (whole.len < 6 || number % 100 <= 60);
}

/* One end of a range, as it compares with what is stored. */
static err read_end(struct arena *a, enum match_kind kind, str text, bool is_high, str *out)
{
    date day;
    *out = STR_NONE;
    if (text.len == 0)
        return OK;
    if (kind == MATCH_DATE && date_from_dicom(text, &day))
        *out = str_format(a, "%08d", day.ymd);
    else if (kind == MATCH_TIME && is_time(text)) /* 10 goes on to 10:59:59 */
        *out = is_high ? str_format(a, "%.*s~", STR_ARG(text)) : text;
    return out->ptr != NULL ? OK : ERR(INVALID, "not a date, time or range");
}

static err read_range(struct arena *a, enum match_kind kind, str value, struct range *out)
{
    size_t dash = str_find_char(value, '-');
    str low = str_trim(str_sub(value, 0, dash));
    str high = dash == SIZE_MAX ? low : str_trim(str_sub(value, dash + 1, value.len));
    if (low.len == 0 && high.len == 0)
        return ERR(INVALID, "not a date, time or range");
    TRY(read_end(a, kind, low, false, &out->low));
    return read_end(a, kind, high, true, &out->high);
}

static struct condition on(const struct image_attribute *attribute, enum condition_kind kind)
{
    return (struct condition){
        .kind = kind, .level = attribute->level, .field = image_attribute_field(attribute)};
}

/* A name is compared by its folded form, which is the member called so with "_key". */
static const struct field *name_key(struct arena *a, const struct image_attribute *attribute)
{
    void *nowhere = NULL;
    return schema_find(attribute->level == LEVEL_NON_PATIENT ? &non_patient_object_schema
                                                             : &study_schema,
                       str_format(a, "%s_key", attribute->member), &nowhere);
}

static err fuzzy_condition(struct arena *a, const struct image_attribute *attribute, str folded,
                           struct condition *out)
{
    str word;
    *out = on(attribute, HAS_WORDS);
    out->field = name_key(a, attribute);
    while (person_name_next_word(&folded, &word)) {
        if (out->texts.len == NAME_WORD_COUNT_MAX)
            return ERR(INVALID, "the name has too many words");
        *SLICE_PUSH(a, &out->texts) = str_format(a, "%.*s*", STR_ARG(word));
    }
    return OK;
}

static err text_condition(struct arena *a, const struct image_match *m, str value,
                          struct condition *out)
{
    const struct image_attribute *attribute = m->attribute;
    *out = on(attribute, attribute->match == MATCH_NAME ? IS_NAME_LIKE
                         : has_wildcard(value)          ? IS_LIKE
                                                        : IS_ONE_OF);
    if (out->kind == IS_NAME_LIKE) {
        str rest, word;
        rest = value = person_name_fold(a, value);
        if (m->is_fuzzy && person_name_next_word(&rest, &word))
            return fuzzy_condition(a, attribute, value, out);
        out->field = name_key(a, attribute);
    }
    *SLICE_PUSH(a, &out->texts) = value;
    return OK;
}

/* Multiple value matching, PS3.4 C.2.2.2.8. */
static err any_condition(struct arena *a, const struct image_match *m, str value,
                         struct condition *out)
{
    struct condition_slice any = {0};
    str rest = value, part;
    *out = on(m->attribute, IS_ANY_OF);
    while (str_cut(&rest, '\\', &part)) {
        if (any.len == VALUE_LIST_LEN_MAX)
            return ERR(INVALID, "the list of values is too long");
        TRY(text_condition(a, m, str_trim(part), SLICE_PUSH(a, &any)));
    }
    out->any = any.at;
    out->any_count = any.len;
    return OK;
}

static err list_condition(struct arena *a, const struct image_attribute *attribute, str value,
                          struct condition *out)
{
    *out = on(attribute, IS_ONE_OF);
    TRY(split(a, value, false, &out->texts));
    for (size_t i = 0; attribute->match == MATCH_UID && i < out->texts.len; i++)
        if (!uid_is_tolerable(out->texts.at[i]))
            return ERR(INVALID, "not a UID");
    return OK;
}

static err make_one(struct arena *a, const struct image_match *m, struct condition *out)
{
    const struct image_attribute *attribute = m->attribute;
    str value = str_trim(m->value);
    switch (attribute->match) {
    case MATCH_UID:
        return list_condition(a, attribute, value, out);
    case MATCH_DATE:
    case MATCH_TIME:
        *out = on(attribute, IS_IN_RANGE);
        return read_range(a, attribute->match, value, &out->range);
    case MATCH_NUMBER:
        *out = on(attribute, IS_NUMBER);
        return str_to_i64(value, &out->number) ? OK : ERR(INVALID, "not a number");
    case MATCH_SET:
        *out = on(attribute, HAS_ONE_OF);
        return split(a, value, true, &out->texts);
    default:
        if (m->matches_any && str_find_char(value, '\\') != SIZE_MAX)
            return any_condition(a, m, value, out);
        if (attribute->vr == VR_CS && !has_wildcard(value))
            return list_condition(a, attribute, value, out);
        return text_condition(a, m, value, out);
    }
}

static bool is_given(const struct image_match *m)
{
    str value = str_trim(m->value);
    return !m->matches_empty && value.len != 0 && !str_eq(value, STR("*"));
}

static bool is_range_of_days(const struct image_match *m)
{
    return m->attribute->match == MATCH_DATE && is_given(m) &&
           str_find_char(m->value, '-') != SIZE_MAX;
}

/* The key on the other half of a date and time, when the two are one range; NULL when not. */
static const struct image_match *other_half(const struct image_filter *f,
                                            const struct image_match *m)
{
    for (size_t i = 0; i < f->matches.len; i++) {
        const struct image_match *other = &f->matches.at[i];
        if (is_range_of_days(m) && is_given(other) &&
            image_attribute_time_of(m->attribute) == other->attribute)
            return other;
        if (m->attribute->match == MATCH_TIME && is_range_of_days(other) &&
            image_attribute_time_of(other->attribute) == m->attribute)
            return other;
    }
    return NULL;
}

static err make_moments(struct arena *a, const struct image_match *days,
                        const struct image_match *times, struct condition *out)
{
    *out = on(days->attribute, IS_IN_MOMENTS);
    out->time_field = image_attribute_field(times->attribute);
    TRY(read_range(a, MATCH_DATE, str_trim(days->value), &out->range));
    return read_range(a, MATCH_TIME, str_trim(times->value), &out->times);
}

err conditions_make(struct arena *a, const struct image_filter *f, struct conditions **out)
{
    struct conditions *c = NEW(a, struct conditions);
    c->filter = f;
    for (size_t i = 0; i < f->matches.len; i++) {
        const struct image_match *m = &f->matches.at[i];
        if ((m->attribute->level == LEVEL_NON_PATIENT) != (f->level == LEVEL_NON_PATIENT))
            return ERR(INTERNAL, "a key of another kind of objects");
        if (m->matches_empty)
            *SLICE_PUSH(a, &c->list) = on(m->attribute, IS_EMPTY);
        if (!is_given(m))
            continue;
        const struct image_match *other = other_half(f, m);
        if (other == NULL)
            TRY(make_one(a, m, SLICE_PUSH(a, &c->list)));
        else if (m->attribute->match == MATCH_DATE)
            TRY(make_moments(a, m, other, SLICE_PUSH(a, &c->list)));
    }
    str rest = search_fold(a, f->search), word;
    while (f->search.len != 0 && str_cut(&rest, ' ', &word))
        if (word.len != 0)
            *SLICE_PUSH(a, &c->words) = word;
    *out = c;
    return OK;
}

static bool is_within(str value, const struct range *r)
{
    return value.ptr != NULL && str_cmp(value, r->low.ptr != NULL ? r->low : STR("0")) >= 0 &&
           (r->high.ptr == NULL || str_cmp(value, r->high) <= 0);
}

/* On the first and the last day the time decides, in between every time is right. */
static bool is_within_moments(const struct condition *c, str day, str time)
{
    bool is_first = c->range.low.ptr != NULL && str_cmp(day, c->range.low) == 0;
    bool is_last = c->range.high.ptr != NULL && str_cmp(day, c->range.high) == 0;
    if (!is_within(day, &c->range))
        return false;
    if (is_first && c->times.low.ptr != NULL &&
        (time.ptr == NULL || str_cmp(time, c->times.low) < 0))
        return false;
    return !(is_last && c->times.high.ptr != NULL &&
             (time.ptr == NULL || str_cmp(time, c->times.high) > 0));
}

static bool is_one_of(str value, const struct str_slice *texts)
{
    for (size_t i = 0; value.ptr != NULL && i < texts->len; i++)
        if (str_eq(value, texts->at[i]))
            return true;
    return false;
}

static bool has_one_of(str set, const struct str_slice *patterns)
{
    str value;
    while (str_cut(&set, '\\', &value))
        for (size_t i = 0; i < patterns->len; i++)
            if (text_is_like(value, patterns->at[i]))
                return true;
    return false;
}

/* The group of that place; "" where there is none. */
static str group_at(str name, size_t place)
{
    str group = STR("");
    for (size_t i = 0; i <= place; i++)
        if (!str_cut(&name, '=', &group))
            return STR("");
    return group;
}

static bool is_name_like(str key, str pattern)
{
    bool by_place = str_find_char(pattern, '=') != SIZE_MAX, one = false, all = true;
    str rest = by_place ? pattern : key, part;
    for (size_t place = 0; str_cut(&rest, '=', &part); place++) {
        one = one || text_is_like(part, pattern);
        all = all && (part.len == 0 || text_is_like(group_at(key, place), part));
    }
    return key.ptr != NULL && (by_place ? all : one);
}

static bool has_words(str key, const struct str_slice *patterns)
{
    for (size_t i = 0; i < patterns->len; i++) {
        bool found = false;
        for (size_t at = 0; at <= key.len && !found; at++)
            found = (at == 0 || strchr(" =-", key.ptr[at - 1]) != NULL) &&
                    text_is_like(str_sub(key, at, key.len), patterns->at[i]);
        if (!found)
            return false;
    }
    return key.ptr != NULL;
}

static bool is_number(const struct condition *c, const void *member)
{
    if (c->field->kind == FIELD_OPT_I64) {
        opt_i64 number = *(const opt_i64 *)member;
        return number.is_set && number.value == c->number;
    }
    return *(const int64_t *)member == c->number;
}

static bool holds(const struct condition *c, const struct candidate *candidate)
{
    const char *object = candidate_at(candidate, c->level);
    const void *member = object + c->field->offset;
    str text = c->field->kind == FIELD_STR ? *(const str *)member : STR_NONE;
    switch (c->kind) {
    case IS_EMPTY:
        return c->field->kind == FIELD_STR
                   ? text.len == 0
                   : c->field->kind == FIELD_OPT_I64 && !((const opt_i64 *)member)->is_set;
    case IS_LIKE:
        return text.ptr != NULL && text_is_like(text, c->texts.at[0]);
    case IS_NAME_LIKE:
        return is_name_like(text, c->texts.at[0]);
    case HAS_WORDS:
        return has_words(text, &c->texts);
    case IS_ONE_OF:
        return is_one_of(text, &c->texts);
    case IS_NUMBER:
        return is_number(c, member);
    case IS_IN_RANGE:
        return is_within(text, &c->range);
    case IS_IN_MOMENTS:
        return is_within_moments(c, text,
                                 *(const str *)(const void *)(object + c->time_field->offset));
    case HAS_ONE_OF:
        return has_one_of(text, &c->texts);
    case IS_ANY_OF:
        for (size_t i = 0; i < c->any_count; i++)
            if (holds(&c->any[i], candidate))
                return true;
        return false;
    default:
        return false;
    }
}

static bool has_value(const struct memory_state *state, const struct value_match *m,
                      const struct instance *instance)
{
    const struct memory_rows *rows = &state->tables[MEMORY_VALUES];
    for (size_t i = 0; i < rows->len; i++) {
        const struct memory_value *row = rows->at[i];
        if (row->attribute_key == m->attribute_key && row->instance_key == instance->key &&
            value_condition_holds(m->condition, &row->value))
            return true;
    }
    return false;
}

/* What is asked below the level, and of kept values. */
static bool instance_holds(const struct memory_state *state, const struct conditions *c,
                           const struct candidate *candidate)
{
    const struct image_filter *f = c->filter;
    for (size_t i = 0; i < c->list.len; i++)
        if (c->list.at[i].level > f->level && !holds(&c->list.at[i], candidate))
            return false;
    for (size_t i = 0; i < f->values.len; i++)
        if (!has_value(state, &f->values.at[i], candidate->instance))
            return false;
    return true;
}

/* What is below the level is not in the trash. */
static bool is_below_and_there(enum image_level level, const struct candidate *below)
{
    return (level >= LEVEL_SERIES || below->series->state == STUDY_RECEIVED) &&
           (level >= LEVEL_INSTANCE || below->instance->state == STUDY_RECEIVED);
}

static bool has_instance(const struct memory_state *state, const struct conditions *c,
                         const struct candidate *candidate)
{
    const struct memory_rows *rows = &state->tables[MEMORY_INSTANCES];
    for (size_t i = 0; i < rows->len; i++) {
        struct candidate below = {.study = candidate->study, .instance = rows->at[i]};
        below.series = memory_row_find(&state->tables[MEMORY_SERIES], below.instance->series_key);
        if (below.instance->study_key == candidate->study->key &&
            (candidate->series == NULL || candidate->series == below.series) &&
            (candidate->instance == NULL || candidate->instance == below.instance) &&
            is_below_and_there(c->filter->level, &below) && instance_holds(state, c, &below))
            return true;
    }
    return false;
}

static bool asks_for_instance(const struct conditions *c)
{
    for (size_t i = 0; i < c->list.len; i++)
        if (c->list.at[i].level > c->filter->level)
            return true;
    return c->filter->values.len != 0;
}

static bool is_among(const struct key_slice *keys, int64_t key)
{
    for (size_t i = 0; i < keys->len; i++)
        if (keys->at[i] == key)
            return true;
    return false;
}

static bool level_holds(const struct conditions *c, const struct candidate *candidate)
{
    for (size_t i = 0; i < c->list.len; i++)
        if (c->list.at[i].level <= c->filter->level && !holds(&c->list.at[i], candidate))
            return false;
    return true;
}

static bool is_where_asked(const struct image_filter *f, const struct candidate *c)
{
    const enum study_state states[] = {c->study->state,
                                       c->series != NULL ? c->series->state : STUDY_RECEIVED,
                                       c->instance != NULL ? c->instance->state : STUDY_RECEIVED};
    for (int level = LEVEL_STUDY; level < (int)f->level; level++)
        if (!(f->trashed || f->under_trashed) && states[level] != STUDY_RECEIVED)
            return false;
    const int64_t *organization_key = c->instance != NULL ? &c->instance->organization_key
                                      : c->series != NULL ? &c->series->organization_key
                                                          : &c->study->organization_key;
    if (f->trashed && *organization_key != f->access.organization_key)
        return false;
    return states[f->level] == (f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
}

bool conditions_hold(const struct memory_state *state, const struct conditions *c,
                     const struct candidate *candidate)
{
    const struct image_filter *f = c->filter;
    const struct study *study = candidate->study;
    if (f->level == LEVEL_NON_PATIENT)
        return candidate->object->organization_key == f->access.organization_key &&
               candidate->object->category == (int64_t)f->category && level_holds(c, candidate);
    if (study->organization_key != f->access.organization_key ||
        !memory_is_granted(state, &f->access, study) ||
        (f->album_key != 0 && !memory_album_has(state, f->album_key, study->key)) ||
        !is_where_asked(f, candidate) ||
        (uuid_is_set(f->study_id) && !uuid_eq(study->id, f->study_id)) ||
        (uuid_is_set(f->series_id) && !uuid_eq(candidate->series->id, f->series_id)))
        return false;
    if (f->only != NULL && !is_among(f->only, memory_row_key(candidate_at(candidate, f->level))))
        return false;
    if (!level_holds(c, candidate))
        return false;
    for (size_t i = 0; i < c->words.len; i++)
        if (!text_has(study->search_key, c->words.at[i]))
            return false;
    return !asks_for_instance(c) || has_instance(state, c, candidate);
}
