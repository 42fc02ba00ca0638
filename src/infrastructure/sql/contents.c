/* The writer's looks at a study as a whole. Rows go to the trash and come back by their column
 * state; what follows from it (trash_items, the change feed) is done by triggers. */
#include "infrastructure/sql/contents.h"

#include "base/arena.h"
#include "base/buf.h"
#include "infrastructure/sql/match.h"

static struct sql_session *writing(struct image_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.image_writer);
}

err sql_images_each_stored(struct image_reader *r, int64_t study_key, struct image_sink *sink)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    CLEANUP(arena_deinit) struct arena row_arena = {0};
    bool has_row;
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    TRY(statement_begin(c,
                        "SELECT sop_instance_uid, object_name, size FROM instances WHERE "
                        "study_key = ?1 UNION ALL SELECT i.sop_instance_uid, v.object_name, v.size "
                        "FROM instance_versions v JOIN instances i ON i.key = v.instance_key "
                        "WHERE i.study_key = ?1",
                        &s));
    statement_bind_i64(&s, 1, study_key);
    statement_stream(&s);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        arena_reset(&row_arena);
        struct instance instance = {.study_key = study_key,
                                    .sop_instance_uid = statement_column_str(&s, &row_arena, 0),
                                    .object_name = statement_column_str(&s, &row_arena, 1),
                                    .size = statement_column_i64(&s, 2)};
        TRY(sink->take(sink, &instance, &(struct instance_blobs){0}));
    }
}

err sql_images_locate_id(struct image_writer *w, struct arena *a, int64_t organization_key,
                         enum image_level level, uuid id, struct image_row *out)
{
    static const char *const joins[LEVEL_COUNT] = {
        "studies st", "series se JOIN studies st ON st.key = se.study_key",
        ("instances i JOIN series se ON se.key = i.series_key JOIN studies st ON st.key = "
         "i.study_key")};
    static const struct schema *const schemas[LEVEL_COUNT] = {&study_schema, &series_schema,
                                                              &instance_schema};
    void *const objects[LEVEL_COUNT] = {&out->study, &out->series, &out->instance};
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    bool has_row;
    for (unsigned i = 0; i <= level; i++) {
        buf_add(&sql, i == 0 ? STR("SELECT ") : STR(", "));
        sql_columns(&sql, schemas[i], image_aliases[i], true);
    }
    buf_addf(&sql, " FROM %s WHERE %s.id = ?1 AND %s.organization_key = ?2", joins[level],
             image_aliases[level], image_aliases[level]);
    *out = (struct image_row){0};
    TRY(sql_session_write(writing(w), &c));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    TRY(statement_step(&s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    int at = 0;
    for (unsigned i = 0; i <= level; i++)
        at = statement_column_object(&s, a, at, schemas[i], objects[i]);
    return OK;
}

static err read_series(struct sql_connection *c, struct arena *a, int64_t study_key,
                       struct series_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_prepare(
        c, str_format(a, "%sWHERE study_key = ?1 ORDER BY key", entity_sql(&series_schema)->select),
        &s));
    statement_bind_i64(&s, 1, study_key);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&s, a, 0, &series_schema, SLICE_PUSH(a, out));
    }
}

static err read_tallies(struct sql_connection *c, struct arena *a, int64_t study_key,
                        struct image_tally_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(c,
                        "SELECT series_key, sop_class_uid, transfer_syntax_uid, count(*), "
                        "CAST(sum(size) AS BIGINT) FROM instances WHERE study_key = ?1 AND state = "
                        "0 GROUP BY series_key, sop_class_uid, transfer_syntax_uid ORDER BY "
                        "min(key)",
                        &s));
    statement_bind_i64(&s, 1, study_key);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) =
            (struct image_tally){.series_key = statement_column_i64(&s, 0),
                                 .sop_class_uid = statement_column_str(&s, a, 1),
                                 .transfer_syntax_uid = statement_column_str(&s, a, 2),
                                 .instance_count = statement_column_i64(&s, 3),
                                 .size = statement_column_i64(&s, 4)};
    }
}

err sql_images_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                        struct image_contents *out)
{
    struct sql_connection *c;
    *out = (struct image_contents){0};
    TRY(sql_session_write(writing(w), &c));
    TRY(read_series(c, a, study_key, &out->series));
    return read_tallies(c, a, study_key, &out->tallies);
}

static err revive_rows(struct sql_connection *c, const char *sql, int64_t study_key,
                       int64_t series_key, instant now)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, sql, &s));
    statement_bind_i64(&s, 1, study_key);
    statement_bind_i64(&s, 2, series_key);
    statement_bind_i64(&s, 3, now.us);
    return statement_run(&s);
}

#define REVIVE                                                                                     \
    "SET state = 0, trashed_at = NULL, updated_at = ?3, version = version + 1 WHERE study_key = "  \
    "?1 AND state <> 0 AND (?2 = 0 OR "

err sql_images_revive(struct image_writer *w, int64_t study_key, int64_t series_key, instant now)
{
    struct sql_connection *c;
    TRY(sql_session_write(writing(w), &c));
    sql_forget(c->engine);
    TRY(revive_rows(c, "UPDATE series " REVIVE "key = ?2)", study_key, series_key, now));
    return revive_rows(c, "UPDATE instances " REVIVE "series_key = ?2)", study_key, series_key,
                       now);
}

err sql_images_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                         struct key_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct key_slice){0};
    TRY(sql_session_read(container_of(r, struct sql_session, base.repositories.image_reader), &c));
    TRY(statement_begin(c,
                        "SELECT DISTINCT study_key FROM series WHERE transfer_syntaxes IS NULL "
                        "ORDER BY study_key LIMIT ?1",
                        &s));
    statement_bind_i64(&s, 1, limit);
    for (;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        *SLICE_PUSH(a, out) = statement_column_i64(&s, 0);
    }
}

err sql_images_set_transfer_syntaxes(struct image_writer *w, enum image_level level, int64_t key,
                                     str set)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(writing(w), &c));
    sql_forget(c->engine);
    TRY(statement_begin(c,
                        level == LEVEL_STUDY
                            ? "UPDATE studies SET transfer_syntaxes = ?2 WHERE key = ?1"
                            : "UPDATE series SET transfer_syntaxes = ?2 WHERE key = ?1",
                        &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_str(&s, 2, set);
    return statement_run(&s);
}
