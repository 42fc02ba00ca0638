/* Order, cursor, count and rows of a list of images; its conditions are made in match.c. */
#include "infrastructure/sql/find.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/uid.h"
#include "infrastructure/sql/match.h"

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

enum { SORTED_COUNT_MAX = 2000 }; /* more matches than that are walked in order instead of sorted */

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

/* Names are in the order of their folded form. */
static bool is_name_column(const char *column)
{
    return strcmp(column, "patient_name") == 0 || strcmp(column, "referring_physician_name") == 0;
}

/* What is not known comes before everything else. */
static const char *direction_of(bool descending)
{
    return descending ? "DESC NULLS LAST" : "ASC NULLS FIRST";
}

static void add_order(struct buf *sql, const struct image_filter *f)
{
    struct order order = order_of(f);
    const char *alias = image_aliases[f->level];
    buf_add(sql, STR(" ORDER BY "));
    if (order.by_key) {
        bool is_name = is_name_column(order.column);
        buf_addf(sql, "st.%s%s %s, st.key %s", order.column, is_name ? "_key" : "",
                 direction_of(order.descending), order.descending ? "DESC" : "ASC");
        return;
    }
    for (size_t i = 0; i < f->sort_count; i++) {
        const struct image_attribute *attribute = f->sort[i].attribute;
        bool is_name = attribute != NULL && attribute->match == MATCH_NAME;
        buf_addf(sql, "%s.%s%s %s, ", attribute == NULL ? alias : image_aliases[attribute->level],
                 attribute == NULL ? "created_at" : attribute->member, is_name ? "_key" : "",
                 direction_of(f->sort[i].descending));
    }
    if (f->sort_count == 0 && f->level == LEVEL_SERIES && is_within_one(f, LEVEL_STUDY))
        buf_add(sql, STR("se.series_number ASC NULLS FIRST, "));
    if (f->sort_count == 0 && f->level == LEVEL_INSTANCE && is_within_one(f, LEVEL_SERIES))
        buf_add(sql, STR("i.instance_number ASC NULLS FIRST, "));
    buf_addf(sql, "%s.key", alias);
}

/* Where words are looked for, either the search index leads, which finds few studies at once and
 * has them sorted, or the order leads, and the index is asked about each. */
static void add_from(struct buf *sql, const struct sql_builder *b, enum image_level level,
                     bool index_leads)
{
    if (index_leads) {
        buf_add(sql, STR(" FROM study_search ft CROSS JOIN studies st ON st.key = ft.rowid"));
        if (level >= LEVEL_SERIES)
            buf_add(sql, STR(" CROSS JOIN series se ON se.study_key = st.key"));
        if (level >= LEVEL_INSTANCE)
            buf_add(sql, STR(" CROSS JOIN instances i ON i.series_key = se.key"));
    } else if (level == LEVEL_STUDY) {
        buf_add(sql, STR(" FROM studies st"));
    } else if (level == LEVEL_SERIES) {
        buf_add(sql, STR(" FROM series se JOIN studies st ON st.key = se.study_key"));
    } else {
        buf_add(sql, STR(" FROM instances i JOIN series se ON se.key = i.series_key "
                         "JOIN studies st ON st.key = i.study_key"));
    }
    buf_add(sql, buf_str(&b->where));
    if (b->words_place == 0)
        return;
    buf_addf(sql,
             index_leads
                 ? " AND ft.study_search MATCH ?%zu"
                 : " AND st.key IN (SELECT rowid FROM study_search WHERE study_search MATCH ?%zu)",
             b->words_place);
}

/* "k:<value>:<key>" behind a row, or "o:<offset>". */
static err read_cursor(struct sql_builder *b, const struct image_filter *f, uint64_t *offset)
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
    bool is_name = is_name_column(order.column);
    bool is_number = strcmp(order.column, "created_at") == 0 ||
                     strcmp(order.column, "series_count") == 0 ||
                     strcmp(order.column, "instance_count") == 0;
    if (is_number && !str_to_i64(value, &number))
        return ERR(INVALID, "not a cursor");
    buf_addf(&b->where, " AND (st.%s%s, st.key) %s (", order.column, is_name ? "_key" : "",
             order.descending ? "<" : ">");
    if (is_number)
        sql_add_number(b, number);
    else
        sql_add_text(b, value);
    buf_add_char(&b->where, ',');
    sql_add_number(b, key);
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
        bool is_name = is_name_column(order.column);
        const struct field *field = schema_find(
            &study_schema, is_name ? str_format(a, "%s_key", order.column) : str_of(order.column),
            &object);
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

static void bind_all(struct statement *s, const struct sql_builder *b)
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

static void build_select(struct buf *sql, const struct sql_builder *b, const struct image_filter *f,
                         uint64_t offset, bool index_leads)
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
    add_from(sql, b, f->level, index_leads);
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
static err count_total(struct sql_connection *c, const struct sql_builder *b,
                       const struct image_filter *f, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    if (f->level == LEVEL_STUDY && f->matches.len == 0 && f->search.len == 0 &&
        !uuid_is_set(f->study_id)) {
        TRY(statement_begin(
            c, "SELECT studies FROM counters WHERE organization_key = ?1 AND state = ?2", &s));
        statement_bind_i64(&s, 1, f->organization_key);
        statement_bind_i64(&s, 2, f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
        return read_number(&s, out);
    }
    struct buf sql = BUF_IN(b->arena);
    buf_add(&sql, STR("SELECT count(*)"));
    add_from(&sql, b, f->level, b->words_place != 0);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_all(&s, b);
    return read_number(&s, out);
}

err sql_images_find(struct image_reader *r, struct arena *a, const struct image_filter *f,
                    struct image_page *out)
{
    struct sql_builder b = {.arena = a, .where = BUF_IN(a)};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    uint64_t offset = f->offset;
    bool more;
    *out = (struct image_page){.total = -1};
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    b.dialect = c->engine->dialect;
    TRY(sql_match(&b, f));
    if (f->wants_total)
        TRY(count_total(c, &b, f, &out->total));
    TRY(read_cursor(&b, f, &offset));
    build_select(&sql, &b, f, offset, b.words_place != 0 && out->total <= SORTED_COUNT_MAX);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_all(&s, &b);
    TRY(read_rows(&s, a, f, out, &more));
    if (more && out->rows.len != 0)
        out->next = next_cursor(a, f, &out->rows.at[out->rows.len - 1], offset + f->limit);
    return OK;
}

static err read_plan(struct sql_connection *c, struct arena *a, const struct image_filter *f,
                     str *out)
{
    struct sql_builder b = {.arena = a, .dialect = c->engine->dialect, .where = BUF_IN(a)};
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a), text = BUF_IN(a);
    uint64_t offset = f->offset;
    bool has_row;
    buf_add(&sql, str_of(c->engine->dialect->explain));
    TRY(sql_match(&b, f));
    TRY(read_cursor(&b, f, &offset));
    build_select(&sql, &b, f, offset, b.words_place != 0);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    bind_all(&s, &b);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            break;
        buf_add(&text, statement_column_str(&s, NULL, c->engine->dialect->explain_column));
        buf_add_char(&text, '\n');
    }
    *out = buf_str(&text);
    return OK;
}

err sql_images_plan(struct sql_engine *e, struct arena *a, const struct image_filter *f, str *out)
{
    struct sql_connection *c;
    TRY(sql_read_begin(e, &c));
    err outcome = read_plan(c, a, f, out);
    sql_read_end(e, c);
    return outcome;
}
