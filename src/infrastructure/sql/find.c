/* Order, cursor, count and rows of a list of images; its conditions are made in match.c. */
#include "infrastructure/sql/find.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dicom/uid.h"
#include "infrastructure/sql/grants.h"
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

struct order_column {
    enum image_level level;
    const char *name; /* with "_key" for names, which are in the order of their folded form */
    bool descending;
};

/* The columns, and behind them the key of the level, which makes the order total. */
struct order {
    struct order_column columns[SORT_KEY_COUNT_MAX + 1];
    size_t count;
    bool key_descending;
};

static void add_order_column(struct order *o, enum image_level level, const char *name,
                             bool descending)
{
    o->columns[o->count++] =
        (struct order_column){.level = level, .name = name, .descending = descending};
}

static const char *sort_column(const struct image_attribute *attribute)
{
    if (attribute == NULL)
        return "created_at";
    if (attribute->match != MATCH_NAME)
        return attribute->member;
    return strcmp(attribute->member, "patient_name") == 0 ? "patient_name_key"
           : attribute->level == LEVEL_NON_PATIENT        ? "content_creator_name_key"
                                                          : "referring_physician_name_key";
}

static struct order order_of(const struct image_filter *f)
{
    struct order o = {0};
    for (size_t i = 0; i < f->sort_count; i++) {
        const struct image_attribute *attribute = f->sort[i].attribute;
        add_order_column(&o, attribute == NULL ? f->level : attribute->level,
                         sort_column(attribute), f->sort[i].descending);
    }
    if (f->sort_count == 0 && f->level == LEVEL_STUDY)
        add_order_column(&o, LEVEL_STUDY, "study_date", true);
    if (f->sort_count == 0 && f->level == LEVEL_SERIES && is_within_one(f, LEVEL_STUDY))
        add_order_column(&o, LEVEL_SERIES, "series_number", false);
    if (f->sort_count == 0 && f->level == LEVEL_INSTANCE && is_within_one(f, LEVEL_SERIES))
        add_order_column(&o, LEVEL_INSTANCE, "instance_number", false);
    o.key_descending = f->level == LEVEL_STUDY && o.count == 1 && o.columns[0].descending;
    return o;
}

/* Studies in the order of one column that is never NULL, so that an index can be gone along. These
 * are NULL in studies older than their columns. */
static bool is_by_one(const struct image_filter *f, const struct order *o)
{
    return f->level == LEVEL_STUDY && o->count == 1 &&
           strcmp(o->columns[0].name, "timezone_offset_from_utc") != 0 &&
           strcmp(o->columns[0].name, "transfer_syntaxes") != 0;
}

/* What is not known comes before everything else. */
static void add_order(struct buf *sql, const struct image_filter *f)
{
    struct order o = order_of(f);
    buf_add(sql, STR(" ORDER BY "));
    for (size_t i = 0; i < o.count; i++)
        buf_addf(sql, "%s.%s %s, ", image_aliases[o.columns[i].level], o.columns[i].name,
                 o.columns[i].descending ? "DESC NULLS LAST" : "ASC NULLS FIRST");
    buf_addf(sql, "%s.key %s", image_aliases[f->level], o.key_descending ? "DESC" : "ASC");
}

/* Words or kept values are asked for. */
static bool has_index(const struct sql_builder *b)
{
    return b->words_place != 0 || b->lead.len != 0;
}

/* Where words or kept values are looked for, either their index leads, which finds few rows at once
 * and has them sorted, or the order leads, and the index is asked about each. join: of one more
 * table, or absent. */
static void add_from(struct buf *sql, const struct sql_builder *b, const struct image_filter *f,
                     bool index_leads, str join)
{
    enum image_level level = f->level;
    bool trash_leads = sql_trash_leads(f);
    index_leads = index_leads && !trash_leads;
    if (level == LEVEL_NON_PATIENT) {
        buf_add(sql, STR(" FROM non_patient_objects np"));
    } else if (trash_leads) {
        const char *joined = b->dialect->language == SQL_SQLITE ? "CROSS JOIN" : "JOIN";
        buf_addf(sql, " FROM trash_items t %s %s ON %s.key = t.row_key", joined,
                 level == LEVEL_SERIES ? "series se" : "instances i", image_aliases[level]);
        if (level == LEVEL_INSTANCE)
            buf_addf(sql, " %s series se ON se.key = i.series_key", joined);
        buf_addf(sql, " %s studies st ON st.key = se.study_key", joined);
    } else if (index_leads && b->words_place != 0) {
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
    buf_add(sql, join);
    buf_add(sql, buf_str(&b->where));
    buf_add(sql, buf_str(index_leads ? &b->lead : &b->probe));
    if (b->words_place == 0)
        return;
    buf_addf(sql,
             index_leads
                 ? " AND ft.study_search MATCH ?%zu"
                 : " AND st.key IN (SELECT rowid FROM study_search WHERE study_search MATCH ?%zu)",
             b->words_place);
}

/* A page goes on behind a row: "k:<key>:<value>" where studies are in the order of one column that
 * is known, else "m:<key>:<offset>" and ":<length>.<value>" of each column, or ":~" when it is not
 * known. Where that would be too long it is "o:<offset>". */
struct cursor_value {
    bool is_null, is_text;
    int64_t number;
    str text;
};

static const struct field *column_field(const struct order_column *column)
{
    static const struct schema *const schemas[] = {&study_schema, &series_schema, &instance_schema,
                                                   &non_patient_object_schema};
    void *nowhere = NULL;
    return schema_find(schemas[column->level], str_of(column->name), &nowhere);
}

static struct cursor_value value_of(const struct order_column *column, const struct image_row *row)
{
    const struct field *field = column_field(column);
    const void *objects[] = {&row->study, &row->series, &row->instance, row->object};
    const void *member = (const char *)objects[column->level] + field->offset;
    if (field->kind == FIELD_STR) {
        str text = *(const str *)member;
        return (struct cursor_value){.is_null = text.ptr == NULL, .is_text = true, .text = text};
    }
    if (field->kind == FIELD_OPT_I64)
        return (struct cursor_value){.is_null = !((const opt_i64 *)member)->is_set,
                                     .number = ((const opt_i64 *)member)->value};
    return (struct cursor_value){.number = *(const int64_t *)member};
}

static err read_value(const struct order_column *column, str text, struct cursor_value *out)
{
    *out = (struct cursor_value){.is_text = column_field(column)->kind == FIELD_STR, .text = text};
    return out->is_text || str_to_i64(text, &out->number) ? OK : ERR(INVALID, "not a cursor");
}

static void add_value(struct sql_builder *b, const struct cursor_value *value)
{
    if (value->is_text)
        sql_add_text(b, value->text);
    else
        sql_add_number(b, value->number);
}

/* "(beyond OR (same AND " of a column; nulls are before everything else. */
static void add_beyond(struct sql_builder *b, const struct order_column *column,
                       const struct cursor_value *value)
{
    str name = str_format(b->arena, "%s.%s", image_aliases[column->level], column->name);
    buf_addf(&b->where, "((");
    if (value->is_null) {
        buf_addf(&b->where, column->descending ? "FALSE" : "%.*s IS NOT NULL", STR_ARG(name));
    } else {
        buf_addf(&b->where, "%.*s %s ", STR_ARG(name), column->descending ? "<" : ">");
        add_value(b, value);
        if (column->descending)
            buf_addf(&b->where, " OR %.*s IS NULL", STR_ARG(name));
    }
    buf_addf(&b->where, ") OR (%.*s ", STR_ARG(name));
    if (value->is_null) {
        buf_add(&b->where, STR("IS NULL AND "));
    } else {
        buf_add(&b->where, STR("= "));
        add_value(b, value);
        buf_add(&b->where, STR(" AND "));
    }
}

static err read_number_part(str *rest, int64_t *out)
{
    size_t colon = str_find_char(*rest, ':');
    str part = str_sub(*rest, 0, colon);
    *rest = colon == SIZE_MAX ? STR("") : str_sub(*rest, colon + 1, rest->len);
    return str_to_i64(part, out) ? OK : ERR(INVALID, "not a cursor");
}

/* One "<length>.<value>" or "~", and the ":" behind it. */
static err read_part(const struct order_column *column, str *rest, struct cursor_value *out)
{
    uint64_t size;
    size_t end = 1, dot = str_find_char(*rest, '.');
    if (str_starts(*rest, STR("~"))) {
        *out = (struct cursor_value){.is_null = true};
    } else {
        if (dot == SIZE_MAX || !str_to_u64(str_sub(*rest, 0, dot), &size) ||
            size > rest->len - dot - 1)
            return ERR(INVALID, "not a cursor");
        end = dot + 1 + (size_t)size;
        TRY(read_value(column, str_sub(*rest, dot + 1, end), out));
    }
    if (end < rest->len && rest->ptr[end] != ':')
        return ERR(INVALID, "not a cursor");
    *rest = str_sub(*rest, end < rest->len ? end + 1 : end, rest->len);
    return OK;
}

static err read_many(struct sql_builder *b, const struct image_filter *f, str text,
                     uint64_t *passed)
{
    struct order o = order_of(f);
    struct cursor_value value;
    int64_t key, number;
    TRY(read_number_part(&text, &key));
    TRY(read_number_part(&text, &number));
    buf_add(&b->where, STR(" AND "));
    for (size_t i = 0; i < o.count; i++) {
        TRY(read_part(&o.columns[i], &text, &value));
        add_beyond(b, &o.columns[i], &value);
    }
    buf_addf(&b->where, "%s.key %s ", image_aliases[f->level], o.key_descending ? "<" : ">");
    sql_add_number(b, key);
    for (size_t i = 0; i < o.count; i++)
        buf_add(&b->where, STR("))"));
    *passed = number < 0 ? 0 : (uint64_t)number;
    return text.len == 0 ? OK : ERR(INVALID, "not a cursor");
}

/* As one comparison of rows, which an index answers. */
static err read_one(struct sql_builder *b, const struct image_filter *f, str text)
{
    struct order o = order_of(f);
    struct cursor_value value;
    int64_t key;
    if (!is_by_one(f, &o) || str_find_char(text, ':') == SIZE_MAX)
        return ERR(INVALID, "not a cursor");
    TRY(read_number_part(&text, &key));
    TRY(read_value(&o.columns[0], text, &value));
    buf_addf(&b->where, " AND (st.%s, st.key) %s (", o.columns[0].name,
             o.columns[0].descending ? "<" : ">");
    add_value(b, &value);
    buf_add_char(&b->where, ',');
    sql_add_number(b, key);
    buf_add_char(&b->where, ')');
    return OK;
}

/* offset: rows to leave out. passed: rows before this page, for a cursor that counts them. */
static err read_cursor(struct sql_builder *b, const struct image_filter *f, uint64_t *offset,
                       uint64_t *passed)
{
    str text;
    *offset = *passed = f->offset;
    if (f->after.len == 0)
        return OK;
    *offset = 0;
    if (!base64url_decode(b->arena, f->after, &text) || text.len < 3)
        return ERR(INVALID, "not a cursor");
    str kind = str_sub(text, 0, 2);
    text = str_sub(text, 2, text.len);
    if (str_eq(kind, STR("k:")))
        return read_one(b, f, text);
    if (str_eq(kind, STR("m:")))
        return read_many(b, f, text, passed);
    if (!str_eq(kind, STR("o:")) || !str_to_u64(text, offset))
        return ERR(INVALID, "not a cursor");
    *passed = *offset;
    return OK;
}

static int64_t key_of(const struct image_row *row, enum image_level level)
{
    return level == LEVEL_STUDY         ? row->study.key
           : level == LEVEL_SERIES      ? row->series.key
           : level == LEVEL_NON_PATIENT ? row->object->key
                                        : row->instance.key;
}

static str next_cursor(struct arena *a, const struct image_filter *f, const struct image_row *last,
                       uint64_t passed)
{
    struct order o = order_of(f);
    struct buf plain = BUF_IN(a), out = BUF_IN(a);
    bool is_one = is_by_one(f, &o) && !value_of(&o.columns[0], last).is_null;
    buf_addf(&plain, is_one ? "k:%lld" : "m:%lld", (long long)key_of(last, f->level));
    if (!is_one)
        buf_addf(&plain, ":%llu", (unsigned long long)passed);
    for (size_t i = 0; i < o.count; i++) {
        struct cursor_value value = value_of(&o.columns[i], last);
        str text = value.is_text ? value.text : str_format(a, "%lld", (long long)value.number);
        if (value.is_null)
            buf_add(&plain, STR(":~"));
        else if (is_one)
            buf_addf(&plain, ":%.*s", STR_ARG(text));
        else
            buf_addf(&plain, ":%zu.%.*s", text.len, STR_ARG(text));
    }
    if (!is_one && plain.len > IMAGE_CURSOR_SIZE_MAX) {
        plain.len = 0;
        buf_addf(&plain, "o:%llu", (unsigned long long)passed);
    }
    buf_add_base64url(&out, plain.ptr, plain.len);
    return buf_str(&out);
}

static void add_patient_counts(struct buf *sql, const struct image_filter *f)
{
    str granted = sql_granted(sql->arena, &f->access, "o.key", SQL_GRANTED_PARAMETER);
    static const char *const counts[] = {"count(*)", "sum(o.series_count)",
                                         "sum(o.instance_count)"};
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        buf_addf(sql,
                 ", (SELECT CAST(coalesce(%s, 0) AS BIGINT) FROM studies o "
                 "WHERE " SQL_SAME_PATIENT("o") "%.*s)",
                 counts[i], STR_ARG(granted));
}

static void add_columns(struct buf *sql, enum image_level level)
{
    if (level == LEVEL_NON_PATIENT) {
        sql_columns(sql, &non_patient_object_schema, "np", true);
        return;
    }
    sql_columns(sql, &study_schema, "st", true);
    if (level >= LEVEL_SERIES) {
        buf_add(sql, STR(", "));
        sql_columns(sql, &series_schema, "se", true);
    }
    if (level >= LEVEL_INSTANCE) {
        buf_add(sql, STR(", "));
        sql_columns(sql, &instance_schema, "i", true);
    }
}

static void build_select(struct buf *sql, const struct sql_builder *b, const struct image_filter *f,
                         uint64_t offset, bool index_leads)
{
    buf_add(sql, STR("SELECT "));
    add_columns(sql, f->level);
    if (f->wants_patient_counts)
        add_patient_counts(sql, f);
    add_from(sql, b, f, index_leads, STR_NONE);
    add_order(sql, f);
    buf_addf(sql, " LIMIT %u", f->limit + 1); /* one more tells whether there is a next page */
    if (offset != 0)
        buf_addf(sql, " OFFSET %llu", (unsigned long long)offset);
}

static void read_row(const struct statement *s, struct arena *a, const struct image_filter *f,
                     struct image_row *row)
{
    if (f->level == LEVEL_NON_PATIENT) {
        struct non_patient_object *object = NEW(a, struct non_patient_object);
        statement_column_object(s, a, 0, &non_patient_object_schema, object);
        row->object = object;
        return;
    }
    int at = statement_column_object(s, a, 0, &study_schema, &row->study);
    if (f->level >= LEVEL_SERIES)
        at = statement_column_object(s, a, at, &series_schema, &row->series);
    if (f->level >= LEVEL_INSTANCE)
        at = statement_column_object(s, a, at, &instance_schema, &row->instance);
    if (f->wants_patient_counts) {
        row->of_patient.studies = statement_column_i64(s, at);
        row->of_patient.series = statement_column_i64(s, at + 1);
        row->of_patient.instances = statement_column_i64(s, at + 2);
    }
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
        read_row(s, a, f, SLICE_PUSH(a, &out->rows));
    }
}

static err read_number(struct statement *s, int64_t *out)
{
    bool has_row;
    TRY(statement_step(s, &has_row));
    *out = has_row ? statement_column_i64(s, 0) : 0;
    return OK;
}

/* Studies are counted as they come and go. Of patients each is asked for one study, in indexes
 * alone but for those that share their Patient ID with another issuer's: less than asking each
 * study whether it is the newest. */
static const char count_studies[] =
    "SELECT studies FROM counters WHERE organization_key = ?1 AND state = ?2";
static const char count_patients[] =
    "SELECT (SELECT count(*) FROM patients p WHERE p.organization_key = ?1 AND p.patient_id <> '' "
    "AND EXISTS (SELECT 1 FROM studies o WHERE o.organization_key = ?1 AND o.state = ?2 AND "
    "o.patient_id = p.patient_id) AND (NOT EXISTS (SELECT 1 FROM patients q WHERE "
    "q.organization_key = ?1 AND q.patient_id = p.patient_id AND q.key <> p.key) OR EXISTS "
    "(SELECT 1 FROM studies o WHERE o.organization_key = ?1 AND o.state = ?2 AND "
    "o.patient_id = p.patient_id AND o.patient_key = p.key))) + (SELECT count(*) FROM studies o "
    "WHERE o.organization_key = ?1 AND o.state = ?2 AND o.patient_id = '')";

static err count_total(struct sql_connection *c, const struct sql_builder *b,
                       const struct image_filter *f, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    if (f->level == LEVEL_STUDY && !f->access.is_limited && f->album_key == 0 &&
        f->matches.len == 0 && f->values.len == 0 && f->only == NULL && f->search.len == 0 &&
        !uuid_is_set(f->study_id)) {
        TRY(statement_begin(c, f->one_per_patient ? count_patients : count_studies, &s));
        statement_bind_i64(&s, 1, f->access.organization_key);
        statement_bind_i64(&s, 2, f->trashed ? STUDY_TRASHED : STUDY_RECEIVED);
        return read_number(&s, out);
    }
    struct buf sql = BUF_IN(b->arena);
    buf_add(&sql, STR("SELECT count(*)"));
    add_from(&sql, b, f, has_index(b), STR_NONE);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    sql_bind_parameters(&s, b);
    return read_number(&s, out);
}

err sql_images_find(struct image_reader *r, struct arena *a, const struct image_filter *f,
                    struct image_page *out)
{
    struct sql_builder b = {.arena = a, .where = BUF_IN(a)};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    uint64_t offset, passed;
    bool more;
    *out = (struct image_page){.total = -1};
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    b.dialect = c->engine->dialect;
    TRY(sql_match(&b, f));
    if (f->wants_total)
        TRY(count_total(c, &b, f, &out->total));
    TRY(read_cursor(&b, f, &offset, &passed));
    build_select(&sql, &b, f, offset, has_index(&b) && out->total <= SORTED_COUNT_MAX);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    sql_bind_parameters(&s, &b);
    TRY(read_rows(&s, a, f, out, &more));
    if (more && out->rows.len != 0)
        out->next = next_cursor(a, f, &out->rows.at[out->rows.len - 1], passed + f->limit);
    return OK;
}

static err count_matches(struct sql_connection *c, const struct sql_builder *b,
                         const struct image_filter *f, uint32_t count_max, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(b->arena);
    buf_add(&sql, STR("SELECT count(*) FROM (SELECT 1"));
    add_from(&sql, b, f, has_index(b), STR_NONE);
    buf_addf(&sql, " LIMIT %u) AS counted", count_max + 1);
    TRY(statement_prepare(c, buf_str(&sql), &s));
    sql_bind_parameters(&s, b);
    return read_number(&s, out);
}

/* Keys, then metadata; with_organization: that too. */
static err give_instances(struct statement *s, bool with_organization, struct image_sink *sink)
{
    for (bool has_row;;) {
        TRY(statement_step(s, &has_row));
        if (!has_row)
            return OK;
        struct instance instance = {.key = statement_column_i64(s, 0),
                                    .series_key = statement_column_i64(s, 1),
                                    .study_key = statement_column_i64(s, 2)};
        struct instance_blobs blobs = {.metadata = statement_column_str(s, NULL, 3),
                                       .metadata_size = statement_column_i64(s, 4),
                                       .metadata_crc = statement_column_i64(s, 5)};
        if (with_organization)
            instance.organization_key = statement_column_i64(s, 6);
        TRY(sink->take(sink, &instance, &blobs));
    }
}

#define SELECT_INSTANCES                                                                           \
    "SELECT i.key, i.series_key, i.study_key, b.metadata, b.metadata_size, b.metadata_crc"

err sql_images_each_match(struct image_reader *r, struct arena *a, const struct image_filter *f,
                          uint32_t count_max, struct image_sink *sink)
{
    struct sql_builder b = {.arena = a, .where = BUF_IN(a)};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    int64_t count;
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    b.dialect = c->engine->dialect;
    TRY(sql_match(&b, f));
    TRY(count_matches(c, &b, f, count_max, &count));
    if (count > count_max)
        return ERR(TOO_LARGE, "too many instances");
    buf_add(&sql, STR(SELECT_INSTANCES));
    add_from(&sql, &b, f, has_index(&b), STR(" JOIN instance_blobs b ON b.instance_key = i.key"));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    sql_bind_parameters(&s, &b);
    statement_stream(&s);
    return give_instances(&s, false, sink);
}

err sql_images_each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                          struct image_sink *sink)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    TRY(statement_begin(c,
                        SELECT_INSTANCES
                        ", i.organization_key FROM instances i JOIN instance_blobs b ON "
                        "b.instance_key = i.key WHERE i.key > ?1 ORDER BY i.key LIMIT ?2",
                        &s));
    statement_bind_i64(&s, 1, after_key);
    statement_bind_i64(&s, 2, limit);
    statement_stream(&s);
    return give_instances(&s, true, sink);
}

static err read_plan(struct sql_connection *c, struct arena *a, const struct image_filter *f,
                     str *out)
{
    struct sql_builder b = {.arena = a, .dialect = c->engine->dialect, .where = BUF_IN(a)};
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a), text = BUF_IN(a);
    uint64_t offset, passed;
    bool has_row;
    buf_add(&sql, str_of(c->engine->dialect->explain));
    TRY(sql_match(&b, f));
    TRY(read_cursor(&b, f, &offset, &passed));
    build_select(&sql, &b, f, offset, has_index(&b));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    sql_bind_parameters(&s, &b);
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
