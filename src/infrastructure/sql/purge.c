/* Rows go from the leaves up, a statement for each table: a study of ten thousand instances is a
 * dozen statements. Objects that nobody refers to any more are the sweeper's. */
#include "infrastructure/sql/purge.h"

static struct sql_session *writing(struct image_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.image_writer);
}

static err run(struct sql_session *s, const char *sql, int64_t one, int64_t other)
{
    int64_t changed;
    const int64_t values[] = {one, other};
    return sql_session_run(s, sql, values, other != 0 ? 2 : 1, &changed);
}

/* ?1: the key of that level, ?2: of the organization. */
#define OF(where_) "(SELECT key FROM instances WHERE " where_ ")"
#define LEAVES(where_)                                                                             \
    {                                                                                              \
        "DELETE FROM instance_blobs WHERE instance_key IN " OF(where_),                            \
            "DELETE FROM instance_versions WHERE instance_key IN " OF(where_),                     \
            "DELETE FROM trash_items WHERE organization_key = ?2 AND level = 2 AND row_key "       \
            "IN " OF(where_),                                                                      \
            "DELETE FROM instances WHERE " where_                                                  \
    }
static const char *const leaves[LEVEL_COUNT][4] = {LEAVES("study_key = ?1"),
                                                   LEAVES("series_key = ?1"), LEAVES("key = ?1")};

static err purge_instances(struct sql_session *s, enum image_level level, int64_t key,
                           int64_t organization_key)
{
    TRY(run(s, leaves[level][0], key, 0));
    TRY(run(s, leaves[level][1], key, 0));
    TRY(run(s, leaves[level][2], key, organization_key));
    return run(s, leaves[level][3], key, 0);
}

#define EMPTY_SERIES                                                                               \
    "study_key = ?1 AND NOT EXISTS (SELECT 1 FROM instances WHERE series_key = series.key)"

static err purge_empty_series(struct sql_session *s, const struct study *study)
{
    TRY(run(s,
            "DELETE FROM trash_items WHERE organization_key = ?2 AND level = 1 AND row_key IN "
            "(SELECT key FROM series WHERE " EMPTY_SERIES ")",
            study->key, study->organization_key));
    return run(s, "DELETE FROM series WHERE " EMPTY_SERIES, study->key, 0);
}

/* Series, or reports about it. */
static err is_needed(struct sql_session *s, int64_t study_key, bool *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement ask = {0};
    bool has_row;
    TRY(sql_session_write(s, &c));
    TRY(statement_begin(c,
                        "SELECT CASE WHEN EXISTS (SELECT 1 FROM series WHERE study_key = ?1) OR "
                        "EXISTS (SELECT 1 FROM reports WHERE study_key = ?1) THEN 1 ELSE 0 END",
                        &ask));
    statement_bind_i64(&ask, 1, study_key);
    TRY(statement_step(&ask, &has_row));
    *out = statement_column_i64(&ask, 0) != 0;
    return OK;
}

/* By the index that begins with organization and state. */
static err purge_patient(struct sql_session *s, int64_t key)
{
#define HAS_NONE                                                                                   \
    "NOT EXISTS (SELECT 1 FROM studies WHERE organization_key = p.organization_key AND state IN "  \
    "(0, 1) AND patient_key = ?1)"
    TRY(run(s,
            "DELETE FROM grants WHERE granted_kind = 1 AND granted_key = ?1 AND EXISTS (SELECT 1 "
            "FROM patients p WHERE p.key = ?1 AND " HAS_NONE ")",
            key, 0));
    return run(s, "DELETE FROM patients AS p WHERE p.key = ?1 AND " HAS_NONE, key, 0);
}

static err purge_study(struct sql_session *s, const struct study *study, instant now)
{
    struct sql_connection *c;
    TRY(sql_session_write(s, &c));
    TRY(run(s, "DELETE FROM album_studies WHERE study_key = ?1", study->key, 0));
    TRY(run(s, "DELETE FROM grants WHERE granted_kind = 0 AND granted_key = ?1", study->key, 0));
    TRY(run(s,
            "DELETE FROM study_arrivals WHERE study_id IN (SELECT id FROM studies WHERE key = ?1)",
            study->key, 0));
    TRY(run(s,
            "INSERT INTO changes(organization_key, kind, study_key, purged_id, purged_uid, "
            "created_at) SELECT organization_key, 'study_purged', key, id, study_instance_uid, ?2 "
            "FROM studies WHERE key = ?1",
            study->key, now.us));
    if (c->engine->dialect->has_search_table)
        TRY(run(s,
                "INSERT INTO study_search(study_search, rowid, search_key) SELECT 'delete', key, "
                "search_key FROM studies WHERE key = ?1",
                study->key, 0));
    TRY(run(s, "DELETE FROM studies WHERE key = ?1", study->key, 0));
    return purge_patient(s, study->patient_key);
}

err sql_images_purge(struct image_writer *w, enum image_level level, const struct image_row *row,
                     instant now, bool *is_gone)
{
    const int64_t keys[LEVEL_COUNT] = {row->study.key, row->series.key, row->instance.key};
    struct sql_session *s = writing(w);
    struct sql_connection *c;
    bool needed;
    TRY(sql_session_write(s, &c));
    sql_forget(c->engine);
    TRY(purge_instances(s, level, keys[level], row->study.organization_key));
    TRY(purge_empty_series(s, &row->study));
    TRY(is_needed(s, row->study.key, &needed));
    *is_gone = !needed;
    return needed ? OK : purge_study(s, &row->study, now);
}
