/* Schedules on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

static err get(struct schedule_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct schedule *out)
{
    return entity_get(SESSION_OF(r, schedule_reader), a, &schedule_schema, organization_key, id,
                      out);
}

/* The values bind in their order. */
static err find_by(struct schedule_reader *r, struct arena *a, const char *condition,
                   const int64_t *values, int count, struct schedule_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, schedule_reader), &c));
    TRY(entity_select(c, a, &schedule_schema, condition, &s));
    for (int i = 0; i < count; i++)
        statement_bind_i64(&s, i + 1, values[i]);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &schedule_schema, &rows));
    *out = (struct schedule_slice){rows.at, rows.len};
    return OK;
}

static err find(struct schedule_reader *r, struct arena *a, int64_t organization_key,
                struct schedule_slice *out)
{
    return find_by(r, a, "WHERE organization_key = ?1 ORDER BY name", &organization_key, 1, out);
}

static err find_due(struct schedule_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct schedule_slice *out)
{
    const int64_t values[] = {now.us, limit};
    return find_by(r, a, "WHERE next_run_at <= ?1 ORDER BY next_run_at, key LIMIT ?2", values, 2,
                   out);
}

const struct schedule_reader_ops sql_schedule_reader_ops = {
    .get = get, .find = find, .find_due = find_due};

static err add(struct schedule_writer *w, struct schedule *schedule)
{
    return entity_insert(SESSION_OF(w, schedule_writer), &schedule_schema, schedule);
}

static err save(struct schedule_writer *w, struct schedule *schedule)
{
    return entity_update(SESSION_OF(w, schedule_writer), &schedule_schema, schedule);
}

static err remove_row(struct schedule_writer *w, int64_t key)
{
    int64_t count;
    return sql_session_run(SESSION_OF(w, schedule_writer), "DELETE FROM schedules WHERE key = ?1",
                           &key, 1, &count);
}

const struct schedule_writer_ops sql_schedule_writer_ops = {
    .add = add, .save = save, .remove = remove_row};
