/* Grants on SQL. The view granted_studies says which study is granted to whom, whatever the grant
 * is on. */
#include "infrastructure/sql/grants.h"

#include "base/arena.h"
#include "infrastructure/sql/session.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

str sql_granted(struct arena *a, const struct access *access, const char *column, int first)
{
    if (!access->is_limited)
        return STR("");
    return str_format(a,
                      " AND %s IN (SELECT study_key FROM granted_studies WHERE grantee_kind = ?%d "
                      "AND grantee_key = ?%d AND (expires_at IS NULL OR expires_at > ?%d) AND "
                      "(rights & ?%d) <> 0)",
                      column, first, first + 1, first + 2, first + 3);
}

void sql_granted_values(const struct access *access, int64_t values[GRANTED_PARAMETER_COUNT])
{
    values[0] = (int64_t)access->grantee_kind;
    values[1] = access->grantee_key;
    values[2] = access->now.us;
    values[3] = INT64_C(1) << access->right;
}

void sql_bind_granted(struct statement *s, const struct access *access, int first)
{
    int64_t values[GRANTED_PARAMETER_COUNT];
    if (!access->is_limited)
        return;
    sql_granted_values(access, values);
    for (int i = 0; i < GRANTED_PARAMETER_COUNT; i++)
        statement_bind_i64(s, first + i, values[i]);
}

static err get(struct grant_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct grant *out)
{
    return entity_get(SESSION_OF(r, grant_reader), a, &grant_schema, organization_key, id, out);
}

#define FILTERED                                                                                   \
    "WHERE organization_key = ?1 AND (?2 IS NULL OR (grantee_kind = ?2 AND grantee_key = ?3)) "    \
    "AND (?4 IS NULL OR (granted_kind = ?4 AND granted_key = ?5))"

static void bind_filter(struct statement *s, const struct grant_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_opt_i64(s, 2, (opt_i64){f->of_grantee, (int64_t)f->grantee_kind});
    statement_bind_opt_i64(s, 3, (opt_i64){f->of_grantee, f->grantee_key});
    statement_bind_opt_i64(s, 4, (opt_i64){f->on_granted, (int64_t)f->granted_kind});
    statement_bind_opt_i64(s, 5, (opt_i64){f->on_granted, f->granted_key});
}

static err find(struct grant_reader *r, struct arena *a, const struct grant_filter *f,
                struct grant_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    *out = (struct grant_slice){0};
    TRY(sql_session_read(SESSION_OF(r, grant_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM grants " FILTERED, &count));
    bind_filter(&count, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(statement_prepare(c,
                          str_format(a, "%s" FILTERED " ORDER BY key LIMIT ?6 OFFSET ?7",
                                     entity_sql(&grant_schema)->select),
                          &rows));
    bind_filter(&rows, f);
    statement_bind_i64(&rows, 6, f->limit);
    statement_bind_i64(&rows, 7, (int64_t)f->offset);
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &grant_schema, SLICE_PUSH(a, out));
    }
}

const struct grant_reader_ops sql_grant_reader_ops = {.get = get, .find = find};

static err add(struct grant_writer *w, struct grant *grant)
{
    return entity_insert(SESSION_OF(w, grant_writer), &grant_schema, grant);
}

static err save(struct grant_writer *w, struct grant *grant)
{
    return entity_update(SESSION_OF(w, grant_writer), &grant_schema, grant);
}

static err remove_one(struct grant_writer *w, int64_t key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, grant_writer), "DELETE FROM grants WHERE key = ?1", &key,
                           1, &changed);
}

static err remove_all(struct grant_writer *w, enum grantee_kind kind, int64_t grantee_key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, grant_writer),
                           "DELETE FROM grants WHERE grantee_kind = ?1 AND grantee_key = ?2",
                           (int64_t[]){(int64_t)kind, grantee_key}, 2, &changed);
}

static err purge(struct grant_writer *w, instant ended_before, int64_t *count)
{
    return sql_session_run(SESSION_OF(w, grant_writer), "DELETE FROM grants WHERE expires_at < ?1",
                           &ended_before.us, 1, count);
}

const struct grant_writer_ops sql_grant_writer_ops = {
    .add = add, .save = save, .remove = remove_one, .remove_all = remove_all, .purge = purge};
