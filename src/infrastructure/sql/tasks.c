/* Tasks on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

/* The partial index tasks_by_turn is of these. */
#define LIVE "state IN (1, 2)"
#define DUE LIVE " AND next_attempt_at <= ?1"
_Static_assert(TASK_WAITING == 0 && TASK_QUEUED == 1 && TASK_RUNNING == 2 && TASK_SUCCEEDED == 3 &&
                   TASK_FAILED == 4,
               "as in the statements");

static err get(struct task_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct task *out)
{
    return entity_get(SESSION_OF(r, task_reader), a, &task_schema, organization_key, id, out);
}

static err get_by_idempotency_key(struct task_reader *r, struct arena *a, int64_t organization_key,
                                  str kind, str idempotency_key, struct task *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, task_reader), &c));
    TRY(entity_select(c, a, &task_schema,
                      "WHERE organization_key = ?1 AND kind = ?2 AND idempotency_key = ?3", &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, kind);
    statement_bind_str(&s, 3, idempotency_key);
    return entity_read_row(&s, a, &task_schema, out);
}

#define FILTERED                                                                                   \
    "WHERE organization_key = ?1 AND (?2 IS NULL OR created_by = ?2) AND (?3 IS NULL OR state = "  \
    "?3) AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR subject_id = ?5)"

static void bind_filter(struct statement *s, const struct task_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_uuid(s, 2, f->created_by);
    statement_bind_opt_i64(s, 3, f->state);
    statement_bind_str(s, 4, f->kind);
    statement_bind_uuid(s, 5, f->subject_id);
}

static err read_rows(struct statement *s, struct arena *a, struct task_slice *out)
{
    struct row_slice rows;
    TRY(entity_read_rows(s, a, &task_schema, &rows));
    *out = (struct task_slice){rows.at, rows.len};
    return OK;
}

static err find(struct task_reader *r, struct arena *a, const struct task_filter *f,
                struct task_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    struct buf sql = BUF_IN(a);
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, task_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM tasks " FILTERED, &count));
    bind_filter(&count, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    buf_addf(&sql, "%s" FILTERED " ORDER BY ", entity_sql(&task_schema)->select);
    for (size_t i = 0; i < f->sort.len; i++) /* names are of the use case's own list */
        buf_addf(&sql, "%.*s %s, ", STR_ARG(f->sort.at[i].name),
                 f->sort.at[i].descending ? "DESC" : "ASC");
    buf_addf(&sql, "key DESC LIMIT %u OFFSET %llu", f->limit, (unsigned long long)f->offset);
    TRY(statement_prepare(c, buf_str(&sql), &rows));
    bind_filter(&rows, f);
    return read_rows(&rows, a, out);
}

static err is_due(struct task_reader *r, instant now, bool *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, task_reader), &c));
    TRY(statement_begin(c, "SELECT 1 FROM tasks WHERE " DUE " LIMIT 1", &s));
    statement_bind_i64(&s, 1, now.us);
    return statement_step(&s, out);
}

static err count(struct task_reader *r, struct arena *a, struct task_count_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, task_reader), &c));
    TRY(statement_begin(
        c,
        "SELECT kind, state, count(*), min(CASE WHEN state = 2 THEN started_at WHEN state = 1 THEN "
        "next_attempt_at ELSE created_at END) FROM tasks WHERE state IN (0, 1, 2, 4) "
        "GROUP BY kind, state ORDER BY kind, state",
        &s));
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &task_count_schema, &rows));
    *out = (struct task_count_slice){rows.at, rows.len};
    return OK;
}

const struct task_reader_ops sql_task_reader_ops = {.get = get,
                                                    .get_by_idempotency_key =
                                                        get_by_idempotency_key,
                                                    .find = find,
                                                    .is_due = is_due,
                                                    .count = count};

static err add(struct task_writer *w, struct task *task)
{
    return entity_insert(SESSION_OF(w, task_writer), &task_schema, task);
}

static err save(struct task_writer *w, struct task *task)
{
    return entity_update(SESSION_OF(w, task_writer), &task_schema, task);
}

static err locate(struct task_writer *w, struct arena *a, int64_t key, struct task *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, task_writer), &c));
    TRY(entity_select(c, a, &task_schema, "WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, &task_schema, out);
}

static int64_t running_of(const struct task_count_slice *running, str kind)
{
    for (size_t i = 0; i < running->len; i++)
        if (str_eq(running->at[i].kind, kind))
            return running->at[i].count;
    return 0;
}

static err count_running(struct sql_connection *c, struct arena *a, instant now,
                         struct task_count_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c,
                        "SELECT kind, count(*) FROM tasks WHERE state = 2 AND "
                        "next_attempt_at > ?1 GROUP BY kind",
                        &s));
    statement_bind_i64(&s, 1, now.us);
    *out = (struct task_count_slice){0};
    for (bool has_row;;) {
        TRY(statement_step(&s, &has_row));
        if (!has_row)
            return OK;
        struct task_count *row = SLICE_PUSH(a, out);
        row->kind = statement_column_str(&s, a, 0);
        row->count = statement_column_i64(&s, 1);
    }
}

/* Of the kinds that may begin another one. */
static err first(struct sql_connection *c, struct arena *a, const struct task_claim *claim,
                 const struct task_count_slice *running, struct task *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(a);
    int at = 1;
    buf_addf(&sql, "%sWHERE " DUE " AND kind IN (NULL", entity_sql(&task_schema)->select);
    for (size_t i = 0; i < claim->limit_count; i++)
        if (running_of(running, claim->limits[i].kind) < claim->limits[i].count_max)
            buf_addf(&sql, ", ?%d", ++at);
    buf_add(&sql, STR(") ORDER BY priority DESC, next_attempt_at, key LIMIT 1"));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    statement_bind_i64(&s, 1, claim->now.us);
    at = 1;
    for (size_t i = 0; i < claim->limit_count; i++)
        if (running_of(running, claim->limits[i].kind) < claim->limits[i].count_max)
            statement_bind_str(&s, ++at, claim->limits[i].kind);
    return entity_read_row(&s, a, &task_schema, out);
}

/* Nobody else writes between the look and the change: the unit has the turn. */
static err claim(struct task_writer *w, struct arena *a, const struct task_claim *claim,
                 struct task *out)
{
    struct sql_session *session = SESSION_OF(w, task_writer);
    struct sql_connection *c;
    struct task_count_slice running;
    TRY(sql_session_write(session, &c));
    TRY(count_running(c, a, claim->now, &running));
    TRY(first(c, a, claim, &running, out));
    task_begin_attempt(out, claim->worker, claim->now, claim->lease_seconds);
    return entity_update(session, &task_schema, out);
}

static err find_waiting(struct task_writer *w, struct arena *a, int64_t depends_on_key,
                        struct task_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, task_writer), &c));
    TRY(entity_select(c, a, &task_schema, "WHERE depends_on_key = ?1 AND state = 0 ORDER BY key",
                      &s));
    statement_bind_i64(&s, 1, depends_on_key);
    return read_rows(&s, a, out);
}

static err purge(struct task_writer *w, instant ended_before, uint32_t limit, int64_t *count)
{
    const int64_t values[] = {ended_before.us, limit};
    TRY(sql_session_run(SESSION_OF(w, task_writer),
                        "DELETE FROM task_reports WHERE task_key IN (SELECT key FROM tasks WHERE "
                        "finished_at < ?1 AND state >= 3 ORDER BY finished_at LIMIT ?2)",
                        values, 2, count));
    return sql_session_run(SESSION_OF(w, task_writer),
                           "DELETE FROM tasks WHERE key IN (SELECT key FROM tasks WHERE "
                           "finished_at < ?1 AND state >= 3 ORDER BY finished_at LIMIT ?2)",
                           values, 2, count);
}

static err purge_outputs(struct task_writer *w, instant ended_before, uint32_t limit,
                         int64_t *count)
{
    const int64_t values[] = {ended_before.us, limit};
    return sql_session_run(SESSION_OF(w, task_writer),
                           "UPDATE tasks SET output_object = NULL, version = version + 1 WHERE key "
                           "IN (SELECT key FROM tasks WHERE finished_at < ?1 AND state >= 3 AND "
                           "output_object IS NOT NULL ORDER BY finished_at LIMIT ?2)",
                           values, 2, count);
}

const struct task_writer_ops sql_task_writer_ops = {.add = add,
                                                    .save = save,
                                                    .locate = locate,
                                                    .claim = claim,
                                                    .find_waiting = find_waiting,
                                                    .purge = purge,
                                                    .purge_outputs = purge_outputs};
