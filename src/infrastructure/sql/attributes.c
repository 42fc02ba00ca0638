/* Indexed attributes and kept values on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err begin_select(struct attribute_reader *r, struct arena *a, const char *where,
                        struct statement *out)
{
    struct sql_connection *c;
    TRY(sql_session_read_apart(SESSION_OF(r, attribute_reader), &c));
    return statement_prepare(
        c, str_format(a, "%sWHERE %s", entity_sql(&indexed_attribute_schema)->select, where), out);
}

static err read_all(struct statement *s, struct arena *a, struct indexed_attribute_slice *out)
{
    struct row_slice rows;
    TRY(entity_read_rows(s, a, &indexed_attribute_schema, &rows));
    *out = (struct indexed_attribute_slice){rows.at, rows.len};
    return OK;
}

static err list(struct attribute_reader *r, struct arena *a, int64_t organization_key,
                struct indexed_attribute_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin_select(r, a, "organization_key = ?1 AND state <> ?2 ORDER BY key", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_i64(&s, 2, INDEX_REMOVED);
    return read_all(&s, a, out);
}

static err get(struct attribute_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct indexed_attribute *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin_select(r, a, "id = ?1 AND organization_key = ?2 AND state <> ?3", &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    statement_bind_i64(&s, 3, INDEX_REMOVED);
    return entity_read_row(&s, a, &indexed_attribute_schema, out);
}

static err unfinished(struct attribute_reader *r, struct arena *a,
                      struct indexed_attribute_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin_select(r, a, "state <> ?1 ORDER BY key", &s));
    statement_bind_i64(&s, 1, INDEX_READY);
    return read_all(&s, a, out);
}

const struct attribute_reader_ops sql_attribute_reader_ops = {
    .list = list, .get = get, .unfinished = unfinished};

static err add(struct attribute_writer *w, struct indexed_attribute *attribute)
{
    return entity_insert(SESSION_OF(w, attribute_writer), &indexed_attribute_schema, attribute);
}

static err save(struct attribute_writer *w, struct indexed_attribute *attribute)
{
    return entity_update(SESSION_OF(w, attribute_writer), &indexed_attribute_schema, attribute);
}

static err begin(struct attribute_writer *w, const char *sql, struct statement *out)
{
    struct sql_connection *c;
    TRY(sql_session_write_apart(SESSION_OF(w, attribute_writer), &c));
    return statement_begin(c, sql, out);
}

static err remove_attribute(struct attribute_writer *w, int64_t key)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin(w, "DELETE FROM indexed_attributes WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return statement_run(&s);
}

static err mark_incomplete(struct attribute_writer *w, int64_t key)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin(w,
              "UPDATE indexed_attributes SET is_incomplete = 1, version = version + 1 WHERE key = "
              "?1 AND is_incomplete = 0",
              &s));
    statement_bind_i64(&s, 1, key);
    return statement_run_later(&s);
}

static err put(struct attribute_writer *w, const struct instance *instance,
               const struct kept_values *kept)
{
    for (size_t i = 0; i < kept->values.len; i++) {
        CLEANUP(statement_end) struct statement s = {0};
        TRY(begin(w,
                  "INSERT INTO attribute_values(attribute_key, study_key, series_key, "
                  "instance_key, number, folded, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON "
                  "CONFLICT DO NOTHING",
                  &s));
        statement_bind_i64(&s, 1, kept->attribute_key);
        statement_bind_i64(&s, 2, instance->study_key);
        statement_bind_i64(&s, 3, instance->series_key);
        statement_bind_i64(&s, 4, instance->key);
        statement_bind_i64(&s, 5, (int64_t)i);
        statement_bind_str(&s, 6, kept->values.at[i].folded);
        statement_bind_str(&s, 7, kept->values.at[i].value);
        TRY(statement_run_later(&s));
    }
    return OK;
}

static err forget(struct attribute_writer *w, const struct instance *instance)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin(w,
              "DELETE FROM attribute_values WHERE attribute_key IN (SELECT key FROM "
              "indexed_attributes WHERE organization_key = ?1) AND study_key = ?2 AND "
              "series_key = ?3 AND instance_key = ?4",
              &s));
    statement_bind_i64(&s, 1, instance->organization_key);
    statement_bind_i64(&s, 2, instance->study_key);
    statement_bind_i64(&s, 3, instance->series_key);
    statement_bind_i64(&s, 4, instance->key);
    return statement_run_later(&s);
}

static err discard(struct attribute_writer *w, int64_t key, uint32_t limit, int64_t *count)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(begin(w,
              "DELETE FROM attribute_values WHERE (attribute_key, study_key, series_key, "
              "instance_key, number) IN (SELECT attribute_key, study_key, series_key, "
              "instance_key, number FROM attribute_values WHERE attribute_key = ?1 LIMIT ?2)",
              &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_i64(&s, 2, limit);
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}

const struct attribute_writer_ops sql_attribute_writer_ops = {.add = add,
                                                              .save = save,
                                                              .remove = remove_attribute,
                                                              .mark_incomplete = mark_incomplete,
                                                              .put = put,
                                                              .forget = forget,
                                                              .discard = discard};
