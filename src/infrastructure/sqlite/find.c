/* Matching keys (PS3.4 C.2.2.2) to SQL conditions, order, cursor and count. Values are always
 * bound; the text of the statement is made of constants and of member names from our own tables. */
#include "infrastructure/sqlite/find.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"

#include <stdio.h>

enum { PARAMETER_COUNT_MAX = 4096, TRIGRAM_SIZE = 3 };

struct parameter {
    bool is_number;
    int64_t number;
    str text;
};
SLICE(parameter);

struct builder {
    struct arena *arena;
    struct buf where;
    struct parameter_slice parameters;
};

static const char *const aliases[] = {"st", "se", "i"};

static void add_text(struct builder *b, str text)
{
    *SLICE_PUSH(b->arena, &b->parameters) = (struct parameter){.text = text};
    buf_addf(&b->where, "?%zu", b->parameters.len);
}

static void add_number(struct builder *b, int64_t number)
{
    *SLICE_PUSH(b->arena, &b->parameters) = (struct parameter){.is_number = true, .number = number};
    buf_addf(&b->where, "?%zu", b->parameters.len);
}

static bool has_wildcard(str value)
{
    return str_find_char(value, '*') != SIZE_MAX || str_find_char(value, '?') != SIZE_MAX;
}

/* "*" and "?" as LIKE has them; its own signs stand for themselves. */
static str like_pattern(struct arena *a, str value)
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

/* "a" AND "b" for the runs of a pattern that are long enough for the trigram index; absent when
 * there is none. */
static str trigram_query(struct arena *a, str folded, const char *separators)
{
    struct buf out = BUF_IN(a);
    for (size_t at = 0; at < folded.len;) {
        size_t end = at, characters = 0;
        while (end < folded.len && strchr(separators, folded.ptr[end]) == NULL) {
            characters += ((unsigned char)folded.ptr[end] & 0xC0) != 0x80;
            end++;
        }
        if (characters >= TRIGRAM_SIZE) {
            buf_add(&out, out.len == 0 ? STR("\"") : STR(" AND \""));
            for (size_t i = at; i < end; i++) {
                if (folded.ptr[i] == '"')
                    buf_add_char(&out, '"');
                buf_add_char(&out, folded.ptr[i]);
            }
            buf_add_char(&out, '"');
        }
        at = end + 1;
    }
    return out.len == 0 ? STR_NONE : buf_str(&out);
}

static void add_trigrams(struct builder *b, str query)
{
    buf_add(&b->where,
            STR(" AND st.key IN (SELECT rowid FROM study_search WHERE study_search MATCH "));
    add_text(b, query);
    buf_add(&b->where, STR(")"));
}

static void match_text(struct builder *b, const char *column, str value)
{
    if (has_wildcard(value)) {
        buf_addf(&b->where, " AND %s LIKE ", column);
        add_text(b, like_pattern(b->arena, value));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
        return;
    }
    buf_addf(&b->where, " AND %s = ", column);
    add_text(b, value);
}

/* A name matches when one of its groups does. */
static void match_name(struct builder *b, const char *column, str value)
{
    str folded = search_fold(b->arena, value);
    buf_addf(&b->where, " AND ('=' || %s_key || '=') LIKE ", column);
    add_text(b, str_format(b->arena, "%%=%.*s=%%", STR_ARG(like_pattern(b->arena, folded))));
    buf_add(&b->where, STR(" ESCAPE '\\'"));
    str trigrams = trigram_query(b->arena, folded, "*?");
    if (trigrams.ptr != NULL)
        add_trigrams(b, trigrams);
}

/* A list of values, separated by "\" as DICOM has it or by "," as DICOMweb has it. */
static err match_list(struct builder *b, const char *column, str value, bool uids)
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
        add_text(b, part);
    }
    buf_add_char(&b->where, ')');
    return OK;
}

static bool is_date(str s)
{
    date ignored;
    return date_from_dicom(s, &ignored);
}

static str plain_date(struct arena *a, str s)
{
    date d;
    date_from_dicom(s, &d);
    return str_format(a, "%08d", d.ymd);
}

static bool is_time(str s)
{
    if (s.len < 2 || s.len > 16)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '.')
            return false;
    return true;
}

static err match_range(struct builder *b, const char *column, enum match_kind kind, str value)
{
    size_t dash = str_find_char(value, '-');
    str low = str_trim(str_sub(value, 0, dash));
    str high = dash == SIZE_MAX ? low : str_trim(str_sub(value, dash + 1, value.len));
    bool (*const is_one)(str) = kind == MATCH_DATE ? is_date : is_time;
    if ((low.len != 0 && !is_one(low)) || (high.len != 0 && !is_one(high)) ||
        (low.len == 0 && high.len == 0))
        return ERR(INVALID, "not a date, time or range");
    if (kind == MATCH_DATE && low.len != 0)
        low = plain_date(b->arena, low);
    if (kind == MATCH_DATE && high.len != 0)
        high = plain_date(b->arena, high);
    if (kind == MATCH_TIME && high.len != 0) /* 10 includes 10:59:59 */
        high = str_format(b->arena, "%.*s~", STR_ARG(high));
    buf_addf(&b->where, " AND %s >= ", column);
    add_text(b, low.len != 0 ? low : STR("0")); /* an unknown date is in no range */
    if (high.len != 0) {
        buf_addf(&b->where, " AND %s <= ", column);
        add_text(b, high);
    }
    return OK;
}

static err match_set(struct builder *b, const char *column, str value)
{
    bool first = true;
    buf_add(&b->where, STR(" AND ("));
    while (value.ptr != NULL) {
        size_t backslash = str_find_char(value, '\\'), comma = str_find_char(value, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(value, 0, end));
        value = end == SIZE_MAX ? STR_NONE : str_sub(value, end + 1, value.len);
        if (!first)
            buf_add(&b->where, STR(" OR "));
        first = false;
        buf_addf(&b->where, "('\\' || %s || '\\') LIKE ", column);
        add_text(b,
                 str_format(b->arena, "%%\\\\%.*s\\\\%%", STR_ARG(like_pattern(b->arena, part))));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
        if (b->parameters.len > UID_LIST_LEN_MAX)
            return ERR(INVALID, "the list of values is too long");
    }
    buf_add_char(&b->where, ')');
    return OK;
}

static err match_one(struct builder *b, const struct image_match *m)
{
    const struct image_attribute *attribute = m->attribute;
    str value = str_trim(m->value);
    char column[80];
    snprintf(column, sizeof column, "%s.%s", aliases[attribute->level], attribute->member);
    if (value.len == 0 || str_eq(value, STR("*"))) /* universal matching */
        return OK;
    int64_t number;
    switch (attribute->match) {
    case MATCH_NAME:
        match_name(b, column, value);
        return OK;
    case MATCH_UID:
        if (attribute->level != LEVEL_STUDY && strcmp(attribute->member, "sop_class_uid") != 0) {
            buf_addf(&b->where, " AND %s.organization_key = st.organization_key",
                     aliases[attribute->level]);
        }
        return match_list(b, column, value, true);
    case MATCH_DATE:
    case MATCH_TIME:
        return match_range(b, column, attribute->match, value);
    case MATCH_NUMBER:
        if (!str_to_i64(value, &number))
            return ERR(INVALID, "not a number");
        buf_addf(&b->where, " AND %s = ", column);
        add_number(b, number);
        return OK;
    case MATCH_SET:
        return match_set(b, column, value);
    default:
        if (attribute->vr == VR_CS && !has_wildcard(value))
            return match_list(b, column, value, false);
        match_text(b, column, value);
        return OK;
    }
}

static void match_search(struct builder *b, str search)
{
    str folded = search_fold(b->arena, search), rest = folded, word;
    str trigrams = trigram_query(b->arena, folded, " ");
    if (trigrams.ptr != NULL)
        add_trigrams(b, trigrams);
    while (str_cut(&rest, ' ', &word)) {
        if (word.len == 0 || trigram_query(b->arena, word, " ").ptr != NULL)
            continue;
        buf_add(&b->where, STR(" AND st.search_key LIKE "));
        add_text(b, str_format(b->arena, "%%%.*s%%", STR_ARG(like_pattern(b->arena, word))));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
    }
}

static err build_where(struct builder *b, const struct image_filter *f)
{
    buf_add(&b->where, STR(" WHERE st.organization_key = "));
    add_number(b, f->organization_key);
    buf_add(&b->where, STR(" AND st.state = "));
    add_number(b, f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
    if (uuid_is_set(f->study_id)) {
        buf_add(&b->where, STR(" AND st.id = "));
        add_text(b, (str){(char *)arena_copy(b->arena, &f->study_id, sizeof f->study_id),
                          sizeof f->study_id});
        b->parameters.at[b->parameters.len - 1].number = 1; /* a blob */
    }
    if (uuid_is_set(f->series_id)) {
        buf_add(&b->where, STR(" AND se.id = "));
        add_text(b, (str){(char *)arena_copy(b->arena, &f->series_id, sizeof f->series_id),
                          sizeof f->series_id});
        b->parameters.at[b->parameters.len - 1].number = 1;
    }
    for (size_t i = 0; i < f->matches.len; i++)
        TRY(match_one(b, &f->matches.at[i]));
    if (f->search.len != 0)
        match_search(b, f->search);
    return OK;
}

static bool is_within_one(const struct image_filter *f, enum image_level level)
{
    if (uuid_is_set(level == LEVEL_STUDY ? f->study_id : f->series_id))
        return true;
    const char *member = level == LEVEL_STUDY ? "study_instance_uid" : "series_instance_uid";
    for (size_t i = 0; i < f->matches.len; i++)
        if (strcmp(f->matches.at[i].attribute->member, member) == 0 &&
            uid_is_tolerable(str_trim(f->matches.at[i].value)))
            return true;
    return false;
}

/* The order, and whether the page can be continued by its last row (only where no column can be
 * NULL). */
struct order {
    const char *column; /* NULL: key alone */
    bool descending, by_key;
};

static struct order order_of(const struct image_filter *f)
{
    if (f->level == LEVEL_STUDY) {
        if (f->sort_count == 0)
            return (struct order){"study_date", true, true};
        if (f->sort_count == 1)
            return (struct order){f->sort[0].attribute == NULL ? "created_at"
                                                               : f->sort[0].attribute->member,
                                  f->sort[0].descending, true};
    }
    return (struct order){0};
}

static void add_order(struct buf *sql, const struct image_filter *f)
{
    struct order order = order_of(f);
    const char *alias = aliases[f->level];
    buf_add(sql, STR(" ORDER BY "));
    if (order.by_key) {
        const char *direction = order.descending ? "DESC" : "ASC";
        bool is_name = strcmp(order.column, "patient_name") == 0;
        buf_addf(sql, "st.%s%s %s, st.key %s", order.column, is_name ? "_key" : "", direction,
                 direction);
        return;
    }
    for (size_t i = 0; i < f->sort_count; i++) {
        const struct image_attribute *attribute = f->sort[i].attribute;
        buf_addf(sql, "%s.%s %s, ", attribute == NULL ? alias : aliases[attribute->level],
                 attribute == NULL ? "created_at" : attribute->member,
                 f->sort[i].descending ? "DESC" : "ASC");
    }
    if (f->sort_count == 0 && f->level == LEVEL_SERIES && is_within_one(f, LEVEL_STUDY))
        buf_add(sql, STR("se.series_number, "));
    if (f->sort_count == 0 && f->level == LEVEL_INSTANCE && is_within_one(f, LEVEL_SERIES))
        buf_add(sql, STR("i.instance_number, "));
    buf_addf(sql, "%s.key", alias);
}

static void add_from(struct buf *sql, enum image_level level)
{
    if (level == LEVEL_STUDY)
        buf_add(sql, STR(" FROM studies st"));
    else if (level == LEVEL_SERIES)
        buf_add(sql, STR(" FROM series se JOIN studies st ON st.key = se.study_key"));
    else
        buf_add(sql, STR(" FROM instances i JOIN series se ON se.key = i.series_key "
                         "JOIN studies st ON st.key = i.study_key"));
}

/* "k:<value>:<key>" behind a row, or "o:<offset>". */
static err read_cursor(struct builder *b, const struct image_filter *f, uint64_t *offset)
{
    struct order order = order_of(f);
    str text, kind, key_text;
    int64_t key;
    if (f->after.len == 0)
        return OK;
    if (!base64url_decode(b->arena, f->after, &text) || text.len < 3)
        return ERR(INVALID, "not a cursor");
    kind = str_sub(text, 0, 2);
    text = str_sub(text, 2, text.len);
    if (str_eq(kind, STR("o:")))
        return str_to_u64(text, offset) ? OK : ERR(INVALID, "not a cursor");
    size_t colon = str_find_char(text, ':');
    key_text = str_sub(text, 0, colon);
    if (!order.by_key || !str_eq(kind, STR("k:")) || colon == SIZE_MAX ||
        !str_to_i64(key_text, &key))
        return ERR(INVALID, "not a cursor");
    str value = str_sub(text, colon + 1, text.len);
    int64_t number;
    bool is_name = strcmp(order.column, "patient_name") == 0;
    bool is_number = strcmp(order.column, "created_at") == 0 ||
                     strcmp(order.column, "series_count") == 0 ||
                     strcmp(order.column, "instance_count") == 0;
    if (is_number && !str_to_i64(value, &number))
        return ERR(INVALID, "not a cursor");
    buf_addf(&b->where, " AND (st.%s%s, st.key) %s (", order.column, is_name ? "_key" : "",
             order.descending ? "<" : ">");
    if (is_number)
        add_number(b, number);
    else
        add_text(b, value);
    buf_add_char(&b->where, ',');
    add_number(b, key);
    buf_add_char(&b->where, ')');
    return OK;
}

static str next_cursor(struct arena *a, const struct image_filter *f, const struct image_row *last,
                       uint64_t offset)
{
    struct order order = order_of(f);
    struct buf plain = BUF_IN(a), out = BUF_IN(a);
    if (order.by_key) {
        void *object = (void *)&last->study;
        bool is_name = strcmp(order.column, "patient_name") == 0;
        const struct field *field = schema_find(
            &study_schema, is_name ? STR("patient_name_key") : str_of(order.column), &object);
        buf_addf(&plain, "k:%lld:", (long long)last->study.key);
        if (field->kind == FIELD_INSTANT)
            buf_add_i64(
                &plain,
                ((const instant *)(const void *)((const char *)object + field->offset))->us);
        else
            buf_add(&plain, field_text(field, a, object));
    } else {
        buf_addf(&plain, "o:%llu", (unsigned long long)offset);
    }
    buf_add_base64url(&out, plain.ptr, plain.len);
    return buf_str(&out);
}

static void bind_all(struct statement *s, const struct builder *b)
{
    for (size_t i = 0; i < b->parameters.len; i++) {
        const struct parameter *p = &b->parameters.at[i];
        if (p->is_number)
            statement_bind_i64(s, (int)i + 1, p->number);
        else if (p->number != 0)
            statement_bind_blob(s, (int)i + 1, p->text);
        else
            statement_bind_str(s, (int)i + 1, p->text);
    }
}

static void build_select(struct buf *sql, const struct builder *b, const struct image_filter *f,
                         uint64_t offset)
{
    buf_add(sql, STR("SELECT "));
    sql_columns(sql, &study_schema, "st", true);
    if (f->level >= LEVEL_SERIES) {
        buf_add(sql, STR(", "));
        sql_columns(sql, &series_schema, "se", true);
    }
    if (f->level >= LEVEL_INSTANCE) {
        buf_add(sql, STR(", "));
        sql_columns(sql, &instance_schema, "i", true);
    }
    add_from(sql, f->level);
    buf_add(sql, buf_str(&b->where));
    add_order(sql, f);
    buf_addf(sql, " LIMIT %u", f->limit + 1); /* one more tells whether there is a next page */
    if (offset != 0)
        buf_addf(sql, " OFFSET %llu", (unsigned long long)offset);
}

static err read_rows(struct statement *s, struct arena *a, const struct image_filter *f,
                     struct image_page *out, bool *more)
{
    bool has_row;
    for (*more = false;;) {
        TRY(statement_step(s, &has_row));
        if (!has_row)
            return OK;
        if (out->rows.len == f->limit) {
            *more = true;
            return OK;
        }
        struct image_row *row = SLICE_PUSH(a, &out->rows);
        int at = statement_column_object(s, a, 0, &study_schema, &row->study);
        if (f->level >= LEVEL_SERIES)
            at = statement_column_object(s, a, at, &series_schema, &row->series);
        if (f->level >= LEVEL_INSTANCE)
            statement_column_object(s, a, at, &instance_schema, &row->instance);
    }
}

static err read_number(struct statement *s, int64_t *out)
{
    bool has_row;
    TRY(statement_step(s, &has_row));
    *out = has_row ? statement_column_i64(s, 0) : 0;
    return OK;
}

/* All studies are counted as they come and go; everything else by its conditions. */
static err count_total(struct sqlite_connection *c, const struct builder *b,
                       const struct image_filter *f, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    if (f->level == LEVEL_STUDY && f->matches.len == 0 && f->search.len == 0) {
        TRY(statement_begin(
            c, "SELECT studies FROM counters WHERE organization_key = ?1 AND state = ?2", &s));
        statement_bind_i64(&s, 1, f->organization_key);
        statement_bind_i64(&s, 2, f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
        return read_number(&s, out);
    }
    struct buf sql = BUF_IN(b->arena);
    buf_add(&sql, STR("SELECT count(*)"));
    add_from(&sql, f->level);
    buf_add(&sql, buf_str(&b->where));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_all(&s, b);
    return read_number(&s, out);
}

err sqlite_images_find(struct image_reader *r, struct arena *a, const struct image_filter *f,
                       struct image_page *out)
{
    struct builder b = {.arena = a, .where = BUF_IN(a)};
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    uint64_t offset = f->offset;
    bool more;
    *out = (struct image_page){.total = -1};
    TRY(sqlite_session_read(container_of(r, struct sqlite_session, image_reader), &c));
    TRY(build_where(&b, f));
    if (f->wants_total)
        TRY(count_total(c, &b, f, &out->total));
    TRY(read_cursor(&b, f, &offset));
    build_select(&sql, &b, f, offset);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_all(&s, &b);
    TRY(read_rows(&s, a, f, out, &more));
    if (more && out->rows.len != 0)
        out->next = next_cursor(a, f, &out->rows.at[out->rows.len - 1], offset + f->limit);
    return OK;
}

err sqlite_images_find_sql(struct arena *a, const struct image_filter *f, str *out)
{
    struct builder b = {.arena = a, .where = BUF_IN(a)};
    struct buf sql = BUF_IN(a);
    uint64_t offset = f->offset;
    TRY(build_where(&b, f));
    TRY(read_cursor(&b, f, &offset));
    build_select(&sql, &b, f, offset);
    *out = buf_str(&sql);
    return OK;
}
