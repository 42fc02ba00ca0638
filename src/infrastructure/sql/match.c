/* Matching keys (PS3.4 C.2.2.2) to SQL conditions. Values are always bound; the text of the
 * statement is made of constants and of member names from our own tables. */
#include "infrastructure/sql/match.h"

#include "infrastructure/sql/grants.h"

#include "base/arena.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"

#include <stdio.h>

enum { TRIGRAM_SIZE = 3 };

const char *const image_aliases[] = {"st", "se", "i", "np"};

void sql_add_text(struct sql_builder *b, str text)
{
    *SLICE_PUSH(b->arena, &b->parameters) = (struct sql_parameter){.text = text};
    buf_addf(&b->where, "?%zu", b->parameters.len);
}

void sql_add_number(struct sql_builder *b, int64_t number)
{
    *SLICE_PUSH(b->arena, &b->parameters) =
        (struct sql_parameter){.is_number = true, .number = number};
    buf_addf(&b->where, "?%zu", b->parameters.len);
}

void sql_bind_parameters(struct statement *s, const struct sql_builder *b)
{
    for (size_t i = 0; i < b->parameters.len; i++) {
        const struct sql_parameter *p = &b->parameters.at[i];
        if (p->is_number)
            statement_bind_i64(s, (int)i + 1, p->number);
        else if (p->is_uuid)
            statement_bind_uuid(s, (int)i + 1, *(const uuid *)(const void *)p->text.ptr);
        else
            statement_bind_str(s, (int)i + 1, p->text);
    }
}

/* Its own signs stand for themselves. */
str sql_like_pattern(struct arena *a, str value)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '%' || c == '_' || c == '\\')
            buf_add_char(&out, '\\');
        buf_add_char(&out, c == '*' ? '%' : c == '?' ? '_' : c);
    }
    return buf_str(&out);
}

/* The next run of a pattern that is long enough for the trigram index. */
static bool next_run(str folded, const char *separators, size_t *at, str *out)
{
    while (*at < folded.len) {
        size_t start = *at, end = start, characters = 0;
        while (end < folded.len && strchr(separators, folded.ptr[end]) == NULL) {
            characters += ((unsigned char)folded.ptr[end] & 0xC0) != 0x80;
            end++;
        }
        *at = end + 1;
        *out = str_sub(folded, start, end);
        if (characters >= TRIGRAM_SIZE)
            return true;
    }
    return false;
}

/* The text as a phrase of FTS5. */
static void add_phrase(struct buf *out, str run)
{
    buf_add(out, out->len == 0 ? STR("\"") : STR(" AND \""));
    for (size_t i = 0; i < run.len; i++) {
        if (run.ptr[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, run.ptr[i]);
    }
    buf_add_char(out, '"');
}

/* Beside the studies there is no index of words. */
static bool has_words(const struct sql_builder *b, const struct image_match *m)
{
    return !b->in_alternative && m->attribute->level == LEVEL_STUDY;
}

/* The index finds candidates; the conditions on columns decide. */
static void add_trigrams(struct sql_builder *b, str folded, const char *separators)
{
    str run;
    for (size_t at = 0; next_run(folded, separators, &at, &run);) {
        if (b->dialect->has_search_table) {
            add_phrase(&b->words, run);
            continue;
        }
        buf_add(&b->where, STR(" AND st.search_key LIKE "));
        sql_add_text(b, sql_like_part(b->arena, run));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
    }
}

static void match_text(struct sql_builder *b, const char *column, str value)
{
    if (has_wildcard(value)) {
        buf_addf(&b->where, " AND %s %s ", column, b->dialect->like);
        sql_add_text(b, sql_like_pattern(b->arena, value));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
        return;
    }
    buf_addf(&b->where, " AND %s = ", column);
    sql_add_text(b, value);
}

static void match_by_function(struct sql_builder *b, const char *function, const char *column,
                              const char *suffix, str pattern)
{
    buf_addf(&b->where, "%s(%s%s, ", function, column, suffix);
    sql_add_text(b, pattern);
    buf_add_char(&b->where, ')');
}

void sql_match_word(struct sql_builder *b, const char *column, str word)
{
    static const char *const before[] = {"", "% ", "%=", "%-"};
    str pattern = sql_like_pattern(b->arena, word);
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        buf_addf(&b->where, "%s%s LIKE ", i == 0 ? "(" : " OR ", column);
        sql_add_text(b, str_format(b->arena, "%s%.*s%%", before[i], STR_ARG(pattern)));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
    }
    buf_add_char(&b->where, ')');
}

/* Parentheses around all of it keep the expression flat, whose depth SQLite limits. */
static err match_fuzzy_name(struct sql_builder *b, const struct image_match *m, const char *column,
                            str folded)
{
    const char *key = str_cstr(b->arena, str_format(b->arena, "%s_key", column));
    str rest = folded, word;
    size_t count = 0;
    buf_add(&b->where, STR(" AND (TRUE"));
    while (person_name_next_word(&rest, &word)) {
        if (++count > NAME_WORD_COUNT_MAX)
            return ERR(INVALID, "the name has too many words");
        buf_add(&b->where, STR(" AND "));
        sql_match_word(b, key, word);
    }
    buf_add_char(&b->where, ')');
    for (rest = folded; has_words(b, m) && person_name_next_word(&rest, &word);)
        add_trigrams(b, word, "*?");
    return OK;
}

static err match_name(struct sql_builder *b, const struct image_match *m, const char *column,
                      str value)
{
    str folded = person_name_fold(b->arena, value), rest = folded, word;
    if (m->is_fuzzy && person_name_next_word(&rest, &word))
        return match_fuzzy_name(b, m, column, folded);
    buf_add(&b->where, STR(" AND "));
    match_by_function(b, "name_is_like", column, "_key", folded);
    if (has_words(b, m))
        add_trigrams(b, folded, "*?=");
    return OK;
}

/* A list of values, separated by "\" as DICOM has it or by "," as DICOMweb has it. */
static err match_list(struct sql_builder *b, const char *column, str value, bool uids)
{
    size_t count = 0;
    buf_addf(&b->where, " AND %s IN (", column);
    while (value.ptr != NULL) {
        size_t backslash = str_find_char(value, '\\'), comma = str_find_char(value, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(value, 0, end));
        value = end == SIZE_MAX ? STR_NONE : str_sub(value, end + 1, value.len);
        if (part.len == 0)
            continue;
        if (++count > UID_LIST_LEN_MAX)
            return ERR(INVALID, "the list of values is too long");
        if (uids && !uid_is_tolerable(part))
            return ERR(INVALID, "not a UID");
        if (count != 1)
            buf_add_char(&b->where, ',');
        sql_add_text(b, part);
    }
    buf_add(&b->where, count == 0 ? STR("NULL)") : STR(")"));
    return OK;
}

static bool is_date(str s)
{
    date ignored;
    return date_from_dicom(s, &ignored);
}

/* The two ends of "a", "a-b", "a-" or "-b"; absent where the range is open. */
struct range {
    str low, high;
};

static err read_range(struct arena *a, enum match_kind kind, str value, struct range *out)
{
    size_t dash = str_find_char(value, '-');
    str low = str_trim(str_sub(value, 0, dash));
    str high = dash == SIZE_MAX ? low : str_trim(str_sub(value, dash + 1, value.len));
    bool (*const is_one)(str) = kind == MATCH_DATE ? is_date : time_is_valid;
    if ((low.len != 0 && !is_one(low)) || (high.len != 0 && !is_one(high)) ||
        (low.len == 0 && high.len == 0))
        return ERR(INVALID, "not a date, time or range");
    if (kind == MATCH_DATE && low.len != 0)
        low = date_normalized(a, low);
    if (kind == MATCH_DATE && high.len != 0)
        high = date_normalized(a, high);
    if (kind == MATCH_TIME && high.len != 0) /* 10 includes 10:59:59 */
        high = str_format(a, "%.*s~", STR_ARG(high));
    *out = (struct range){low.len != 0 ? low : STR_NONE, high.len != 0 ? high : STR_NONE};
    return OK;
}

static void add_comparison(struct sql_builder *b, const char *column, const char *operator,
                           str value)
{
    buf_addf(&b->where, "%s %s ", column, operator);
    sql_add_text(b, value);
}

static void add_range(struct sql_builder *b, const char *column, const struct range *r)
{
    buf_add(&b->where, STR(" AND "));
    add_comparison(b, column, ">=", r->low.ptr != NULL ? r->low : STR("0")); /* unknown: in none */
    if (r->high.ptr != NULL) {
        buf_add(&b->where, STR(" AND "));
        add_comparison(b, column, "<=", r->high);
    }
}

static err match_range(struct sql_builder *b, const char *column, enum match_kind kind, str value)
{
    struct range range;
    TRY(read_range(b->arena, kind, value, &range));
    add_range(b, column, &range);
    return OK;
}

/* On the first and the last day the time decides, in between every time matches. */
static err match_moments(struct sql_builder *b, const char *date_column, str date_value,
                         const char *time_column, str time_value)
{
    struct range days, times;
    TRY(read_range(b->arena, MATCH_DATE, date_value, &days));
    TRY(read_range(b->arena, MATCH_TIME, time_value, &times));
    add_range(b, date_column, &days);
    const struct {
        str day, time;
        const char *beyond, *within;
    } ends[] = {{days.low, times.low, ">", ">="}, {days.high, times.high, "<", "<="}};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (ends[i].day.ptr == NULL || ends[i].time.ptr == NULL)
            continue;
        buf_add(&b->where, STR(" AND ("));
        add_comparison(b, date_column, ends[i].beyond, ends[i].day);
        buf_add(&b->where, STR(" OR "));
        add_comparison(b, time_column, ends[i].within, ends[i].time);
        buf_add_char(&b->where, ')');
    }
    return OK;
}

static err match_set(struct sql_builder *b, const char *column, str value)
{
    bool first = true;
    size_t count = 0;
    buf_add(&b->where, STR(" AND ("));
    while (value.ptr != NULL) {
        size_t backslash = str_find_char(value, '\\'), comma = str_find_char(value, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(value, 0, end));
        value = end == SIZE_MAX ? STR_NONE : str_sub(value, end + 1, value.len);
        if (!first)
            buf_add(&b->where, STR(" OR "));
        first = false;
        match_by_function(b, "set_has", column, "", part);
        if (++count > VALUE_LIST_LEN_MAX)
            return ERR(INVALID, "the list of values is too long");
    }
    buf_add_char(&b->where, ')');
    return OK;
}

static err match_one_text(struct sql_builder *b, const struct image_match *m, const char *column,
                          str value)
{
    if (m->attribute->match == MATCH_NAME)
        return match_name(b, m, column, value);
    match_text(b, column, value);
    return OK;
}

/* Multiple value matching, PS3.4 C.2.2.2.8. */
static err match_any(struct sql_builder *b, const struct image_match *m, const char *column,
                     str value)
{
    str rest = value, part;
    bool first = true;
    size_t count = 0;
    buf_add(&b->where, STR(" AND ("));
    while (str_cut(&rest, '\\', &part)) {
        if (++count > VALUE_LIST_LEN_MAX)
            return ERR(INVALID, "the list of values is too long");
        buf_add(&b->where, first ? STR("(TRUE") : STR(" OR (TRUE"));
        first = false;
        b->in_alternative = true;
        TRY(match_one_text(b, m, column, str_trim(part)));
        b->in_alternative = false;
        buf_add_char(&b->where, ')');
    }
    buf_add_char(&b->where, ')');
    return OK;
}

static err match_number(struct sql_builder *b, const char *column, str value)
{
    int64_t number;
    if (!str_to_i64(value, &number))
        return ERR(INVALID, "not a number");
    buf_addf(&b->where, " AND %s = ", column);
    sql_add_number(b, number);
    return OK;
}

struct column {
    char name[80];
};
static struct column column_of(const struct image_attribute *attribute)
{
    struct column c;
    snprintf(c.name, sizeof c.name, "%s.%s", image_aliases[attribute->level], attribute->member);
    return c;
}

static err match_one(struct sql_builder *b, const struct image_match *m)
{
    const struct image_attribute *attribute = m->attribute;
    str value = str_trim(m->value);
    const struct column column = column_of(attribute);
    if (m->matches_empty) {
        if (attribute->match == MATCH_NUMBER)
            buf_addf(&b->where, " AND %s IS NULL", column.name);
        else
            buf_addf(&b->where, " AND (%s IS NULL OR %s = '')", column.name, column.name);
        return OK;
    }
    if (value.len == 0 || str_eq(value, STR("*"))) /* universal matching */
        return OK;
    switch (attribute->match) {
    case MATCH_UID:
        if (attribute->level != LEVEL_STUDY && attribute->level != LEVEL_NON_PATIENT &&
            strcmp(attribute->member, "sop_class_uid") != 0)
            buf_addf(&b->where, " AND %s.organization_key = st.organization_key",
                     image_aliases[attribute->level]);
        return match_list(b, column.name, value, true);
    case MATCH_DATE:
    case MATCH_TIME:
        return match_range(b, column.name, attribute->match, value);
    case MATCH_NUMBER:
        return match_number(b, column.name, value);
    case MATCH_SET:
        return match_set(b, column.name, value);
    default:
        if (m->matches_any && str_find_char(value, '\\') != SIZE_MAX)
            return match_any(b, m, column.name, value);
        if (attribute->vr == VR_CS && !has_wildcard(value))
            return match_list(b, column.name, value, false);
        return match_one_text(b, m, column.name, value);
    }
}

bool sql_trash_leads(const struct image_filter *f)
{
    return f->trashed && f->level != LEVEL_STUDY && !uuid_is_set(f->study_id) &&
           !uuid_is_set(f->series_id);
}

static bool is_given(const struct image_match *m)
{
    return !m->matches_empty && str_trim(m->value).len != 0 &&
           !str_eq(str_trim(m->value), STR("*"));
}

bool sql_asks(const struct image_match *m)
{
    return m->matches_empty || is_given(m);
}

/* The key on the other half of a date and time; NULL when there is none. */
static const struct image_match *find_match(const struct image_filter *f,
                                            const struct image_attribute *attribute)
{
    for (size_t i = 0; attribute != NULL && i < f->matches.len; i++)
        if (f->matches.at[i].attribute == attribute && is_given(&f->matches.at[i]))
            return &f->matches.at[i];
    return NULL;
}

static bool is_range_of_days(const struct image_match *m)
{
    return m->attribute->match == MATCH_DATE && is_given(m) &&
           str_find_char(m->value, '-') != SIZE_MAX;
}

/* A time that is matched together with its range of days. */
static bool is_combined(const struct image_filter *f, const struct image_match *time)
{
    for (size_t i = 0; time->attribute->match == MATCH_TIME && i < f->matches.len; i++)
        if (is_range_of_days(&f->matches.at[i]) &&
            image_attribute_time_of(f->matches.at[i].attribute) == time->attribute)
            return true;
    return false;
}

static err match_some(struct sql_builder *b, const struct image_filter *f, bool below)
{
    for (size_t i = 0; i < f->matches.len; i++) {
        const struct image_match *m = &f->matches.at[i];
        if ((m->attribute->level > f->level) != below)
            continue;
        const struct image_match *time =
            is_range_of_days(m) ? find_match(f, image_attribute_time_of(m->attribute)) : NULL;
        if (is_given(m) && is_combined(f, m))
            continue;
        if (time != NULL)
            TRY(match_moments(b, column_of(m->attribute).name, str_trim(m->value),
                              column_of(time->attribute).name, str_trim(time->value)));
        else
            TRY(match_one(b, m));
    }
    return OK;
}

static err match_below(struct sql_builder *b, const struct image_filter *f)
{
    return match_some(b, f, true);
}

static void match_only(struct sql_builder *b, const struct image_filter *f)
{
    const struct sql_dialect *d = b->dialect;
    struct buf list = BUF_IN(b->arena);
    buf_add_char(&list, d->list_brackets[0]);
    for (size_t i = 0; i < f->only->len; i++)
        buf_addf(&list, "%s%lld", i == 0 ? "" : ",", (long long)f->only->at[i]);
    buf_add_char(&list, d->list_brackets[1]);
    buf_addf(&b->where, " AND %s.key%s", image_aliases[f->level], d->among_before);
    sql_add_text(b, buf_str(&list));
    buf_add(&b->where, str_of(d->among_behind));
}

static void match_search(struct sql_builder *b, str search)
{
    str folded = search_fold(b->arena, search), rest = folded, word, run;
    add_trigrams(b, folded, " ");
    while (str_cut(&rest, ' ', &word)) {
        size_t at = 0;
        if (word.len == 0 || next_run(word, " ", &at, &run))
            continue;
        buf_addf(&b->where, " AND %s(st.search_key, ", b->dialect->position);
        sql_add_text(b, word); /* both are folded */
        buf_add(&b->where, STR(") <> 0"));
    }
}

static void match_id(struct sql_builder *b, const char *alias, uuid id)
{
    if (!uuid_is_set(id))
        return;
    buf_addf(&b->where, " AND %s.id = ", alias);
    sql_add_text(b, (str){arena_copy(b->arena, &id, sizeof id), sizeof id});
    b->parameters.at[b->parameters.len - 1].is_uuid = true;
}

static err match_non_patient(struct sql_builder *b, const struct image_filter *f)
{
    buf_add(&b->where, STR(" WHERE np.organization_key = "));
    sql_add_number(b, f->access.organization_key);
    buf_add(&b->where, STR(" AND np.category = "));
    sql_add_number(b, (int64_t)f->category);
    return match_some(b, f, false);
}

static void match_granted(struct sql_builder *b, const struct access *access)
{
    int64_t values[GRANTED_PARAMETER_COUNT];
    if (!access->is_limited)
        return;
    buf_add(&b->where, sql_granted(b->arena, access, "st.key", SQL_GRANTED_PARAMETER));
    sql_granted_values(access, values);
    for (int i = 0; i < GRANTED_PARAMETER_COUNT; i++)
        *SLICE_PUSH(b->arena, &b->parameters) =
            (struct sql_parameter){.is_number = true, .number = values[i]};
}

static void match_state_of_study(struct sql_builder *b, bool trashed)
{
    buf_add(&b->where, STR(" AND st.state = "));
    sql_add_number(b, trashed ? STUDY_TRASHED : STUDY_RECEIVED);
}

/* The organization is the first parameter. */
static void match_states(struct sql_builder *b, const struct image_filter *f)
{
    if (f->level == LEVEL_STUDY || !(f->trashed || f->under_trashed))
        match_state_of_study(b, f->trashed);
    if (f->level == LEVEL_INSTANCE && !(f->trashed || f->under_trashed))
        buf_addf(&b->where, " AND se.state = %d", STUDY_RECEIVED);
    if (sql_trash_leads(f))
        buf_addf(&b->where, " AND t.organization_key = ?1 AND t.level = %d", f->level);
    else if (f->level != LEVEL_STUDY)
        buf_addf(&b->where, " AND %s.state = %d", image_aliases[f->level],
                 f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
    if (f->trashed && f->level != LEVEL_STUDY && !sql_trash_leads(f))
        buf_addf(&b->where, " AND %s.organization_key = ?1", image_aliases[f->level]);
}

err sql_match(struct sql_builder *b, const struct image_filter *f)
{
    b->words.arena = b->lead.arena = b->probe.arena = b->arena;
    if (f->level == LEVEL_NON_PATIENT)
        return match_non_patient(b, f);
    buf_add(&b->where, STR(" WHERE st.organization_key = "));
    sql_add_number(b, f->access.organization_key);
    match_granted(b, &f->access);
    if (f->album_key != 0) {
        buf_add(&b->where,
                STR(" AND st.key IN (SELECT study_key FROM album_studies WHERE album_key = "));
        sql_add_number(b, f->album_key);
        buf_add_char(&b->where, ')');
    }
    match_states(b, f);
    match_id(b, "st", f->study_id);
    match_id(b, "se", f->series_id);
    if (f->one_per_patient) {
        buf_add(&b->where,
                STR(" AND NOT EXISTS (SELECT 1 FROM studies newer WHERE " SQL_SAME_PATIENT(
                    "newer") " AND (newer.study_date, newer.key) > (st.study_date, st.key)"));
        buf_add(&b->where, sql_granted(b->arena, &f->access, "newer.key", SQL_GRANTED_PARAMETER));
        buf_add_char(&b->where, ')');
    }
    TRY(match_some(b, f, false));
    TRY(sql_match_values(b, f, match_below));
    if (f->only != NULL)
        match_only(b, f);
    if (f->search.len != 0)
        match_search(b, f->search);
    if (b->words.len != 0) {
        *SLICE_PUSH(b->arena, &b->parameters) = (struct sql_parameter){.text = buf_str(&b->words)};
        b->words_place = b->parameters.len;
    }
    return OK;
}
