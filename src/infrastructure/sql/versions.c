/* Rows of instance_versions. */
#include "infrastructure/sql/versions.h"

#include "base/arena.h"

static struct sql_session *reading(struct image_reader *r)
{
    return container_of(r, struct sql_session, base.repositories.image_reader);
}

static struct sql_session *writing(struct image_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.image_writer);
}

static err count(struct sql_connection *c, int64_t instance_key, int64_t *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(c, "SELECT count(*) FROM instance_versions WHERE instance_key = ?1", &s));
    statement_bind_i64(&s, 1, instance_key);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

err sql_images_versions(struct image_reader *r, struct arena *a, int64_t instance_key,
                        uint64_t offset, uint32_t limit, struct instance_version_slice *out,
                        int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct instance_version_slice){0};
    TRY(sql_session_read(reading(r), &c));
    TRY(count(c, instance_key, total));
    TRY(statement_prepare(
        c,
        str_format(a, "%sWHERE instance_key = ?1 ORDER BY key DESC LIMIT ?2 OFFSET ?3",
                   entity_sql(&instance_version_schema)->select),
        &s));
    statement_bind_i64(&s, 1, instance_key);
    statement_bind_i64(&s, 2, limit);
    statement_bind_i64(&s, 3, (int64_t)offset);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &instance_version_schema, SLICE_PUSH(a, out));
    }
}

err sql_images_get_version(struct image_reader *r, struct arena *a, int64_t instance_key, uuid id,
                           struct instance_version *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_prepare(c,
                          str_format(a, "%sWHERE id = ?1 AND instance_key = ?2",
                                     entity_sql(&instance_version_schema)->select),
                          &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, instance_key);
    return entity_read_row(&s, a, &instance_version_schema, out);
}

err sql_images_add_version(struct image_writer *w, struct instance_version *version)
{
    return entity_insert(writing(w), &instance_version_schema, version);
}

err sql_images_remove_version(struct image_writer *w, int64_t key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(writing(w), &c));
    TRY(statement_begin(c, "DELETE FROM instance_versions WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return statement_run(&s);
}
