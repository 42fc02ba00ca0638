/* Uploads on SQL. */
#include "base/arena.h"
#include "infrastructure/sql/session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get(struct upload_reader *r, struct arena *a, int64_t organization_key, uuid owner_id,
               uuid id, struct upload *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, upload_reader), &c));
    TRY(statement_prepare(c,
                          str_format(a,
                                     "%sWHERE id = ?1 AND organization_key = ?2 AND owner_id = ?3",
                                     entity_sql(&upload_schema)->select),
                          &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    statement_bind_uuid(&s, 3, owner_id);
    return entity_read_row(&s, a, &upload_schema, out);
}

#define FILTERED "WHERE organization_key = ?1 AND owner_id = ?2 AND (?3 IS NULL OR state = ?3)"

static void bind_filter(struct statement *s, const struct upload_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_uuid(s, 2, f->owner_id);
    statement_bind_opt_i64(s, 3, f->state);
}

static err find(struct upload_reader *r, struct arena *a, const struct upload_filter *f,
                struct upload_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    *out = (struct upload_slice){0};
    TRY(sql_session_read(SESSION_OF(r, upload_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM uploads " FILTERED, &count));
    bind_filter(&count, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(statement_prepare(c,
                          str_format(a, "%s" FILTERED " ORDER BY key DESC LIMIT ?4 OFFSET ?5",
                                     entity_sql(&upload_schema)->select),
                          &rows));
    bind_filter(&rows, f);
    statement_bind_i64(&rows, 4, f->limit);
    statement_bind_i64(&rows, 5, (int64_t)f->offset);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &upload_schema, SLICE_PUSH(a, out));
    }
}

static err parts(struct upload_reader *r, struct arena *a, int64_t upload_key, int64_t after,
                 uint32_t limit, struct upload_part_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0};
    bool has_row;
    *out = (struct upload_part_slice){0};
    TRY(sql_session_read(SESSION_OF(r, upload_reader), &c));
    TRY(statement_prepare(
        c,
        str_format(a, "%sWHERE upload_key = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                   entity_sql(&upload_part_schema)->select),
        &rows));
    statement_bind_i64(&rows, 1, upload_key);
    statement_bind_i64(&rows, 2, after);
    statement_bind_i64(&rows, 3, limit);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &upload_part_schema, SLICE_PUSH(a, out));
    }
}

static err files(struct upload_reader *r, struct arena *a, int64_t upload_key, uint64_t offset,
                 uint32_t limit, struct upload_file_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    *out = (struct upload_file_slice){0};
    TRY(sql_session_read(SESSION_OF(r, upload_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM upload_files WHERE upload_key = ?1", &count));
    statement_bind_i64(&count, 1, upload_key);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(statement_prepare(c,
                          str_format(a,
                                     "%sWHERE upload_key = ?1 ORDER BY number LIMIT ?2 OFFSET ?3",
                                     entity_sql(&upload_file_schema)->select),
                          &rows));
    statement_bind_i64(&rows, 1, upload_key);
    statement_bind_i64(&rows, 2, limit);
    statement_bind_i64(&rows, 3, (int64_t)offset);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &upload_file_schema, SLICE_PUSH(a, out));
    }
}

const struct upload_reader_ops sql_upload_reader_ops = {
    .get = get, .find = find, .parts = parts, .files = files};

static err add(struct upload_writer *w, struct upload *upload)
{
    return entity_insert(SESSION_OF(w, upload_writer), &upload_schema, upload);
}

static err save(struct upload_writer *w, struct upload *upload)
{
    return entity_update(SESSION_OF(w, upload_writer), &upload_schema, upload);
}

static err run(struct upload_writer *w, const char *sql, const int64_t *values, int count,
               int64_t *changed)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, upload_writer), &c));
    TRY(statement_begin(c, sql, &s));
    for (int i = 0; i < count; i++)
        statement_bind_i64(&s, i + 1, values[i]);
    TRY(statement_run(&s));
    *changed = statement_changes(&s);
    return OK;
}

static err remove_part(struct upload_writer *w, const struct upload_part *part, opt_i64 *size)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, upload_writer), &c));
    TRY(statement_begin(
        c, "DELETE FROM upload_parts WHERE upload_key = ?1 AND number = ?2 RETURNING size", &s));
    statement_bind_i64(&s, 1, part->upload_key);
    statement_bind_i64(&s, 2, part->number);
    TRY(statement_step(&s, &size->is_set));
    size->value = size->is_set ? statement_column_i64(&s, 0) : 0;
    return OK;
}

static err put_part(struct upload_writer *w, struct upload_part *part, opt_i64 *replaced_size)
{
    TRY(remove_part(w, part, replaced_size));
    return entity_insert(SESSION_OF(w, upload_writer), &upload_part_schema, part);
}

static err add_file(struct upload_writer *w, struct upload_file *file)
{
    return entity_insert(SESSION_OF(w, upload_writer), &upload_file_schema, file);
}

static err remove_parts(struct upload_writer *w, int64_t upload_key)
{
    int64_t changed;
    return run(w, "DELETE FROM upload_parts WHERE upload_key = ?1", &upload_key, 1, &changed);
}

static err remove_one(struct upload_writer *w, int64_t upload_key)
{
    int64_t changed;
    TRY(remove_parts(w, upload_key));
    TRY(run(w, "DELETE FROM upload_files WHERE upload_key = ?1", &upload_key, 1, &changed));
    return run(w, "DELETE FROM uploads WHERE key = ?1", &upload_key, 1, &changed);
}

#define EXPIRED "expires_at < ?1 AND (lease_until IS NULL OR lease_until < ?1)"

static err purge(struct upload_writer *w, instant now, int64_t *count)
{
    static const char *const dependants[] = {
        "DELETE FROM upload_parts WHERE upload_key IN (SELECT key FROM uploads WHERE " EXPIRED ")",
        "DELETE FROM upload_files WHERE upload_key IN (SELECT key FROM uploads WHERE " EXPIRED ")"};
    for (size_t i = 0; i < COUNT_OF(dependants); i++)
        TRY(run(w, dependants[i], &now.us, 1, count));
    return run(w, "DELETE FROM uploads WHERE " EXPIRED, &now.us, 1, count);
}

const struct upload_writer_ops sql_upload_writer_ops = {.add = add,
                                                        .save = save,
                                                        .put_part = put_part,
                                                        .add_file = add_file,
                                                        .remove_parts = remove_parts,
                                                        .remove = remove_one,
                                                        .purge = purge};
