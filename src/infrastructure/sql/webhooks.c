/* Webhooks on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

_Static_assert(DELIVERY_PENDING == 0 && DELIVERY_FAILED == 2, "as in the statements");

static err get(struct webhook_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct webhook *out)
{
    return entity_get(SESSION_OF(r, webhook_reader), a, &webhook_schema, organization_key, id, out);
}

static err read_rows(struct statement *s, struct arena *a, struct webhook_slice *out)
{
    struct row_slice rows;
    TRY(entity_read_rows(s, a, &webhook_schema, &rows));
    *out = (struct webhook_slice){rows.at, rows.len};
    return OK;
}

static err read_with(struct webhook_reader *r, struct arena *a, const char *where, int64_t value,
                     struct webhook_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, webhook_reader), &c));
    TRY(entity_select(c, a, &webhook_schema, where, &s));
    statement_bind_i64(&s, 1, value);
    return read_rows(&s, a, out);
}

static err all(struct webhook_reader *r, struct arena *a, int64_t organization_key,
               struct webhook_slice *out)
{
    return read_with(r, a, "WHERE organization_key = ?1 ORDER BY key", organization_key, out);
}

static err find_waiting(struct webhook_reader *r, struct arena *a, instant due_before,
                        struct webhook_slice *out)
{
    return read_with(r, a,
                     "WHERE is_active = 1 AND key IN (SELECT webhook_key FROM webhook_deliveries "
                     "WHERE state = 0 AND next_attempt_at < ?1) ORDER BY key",
                     due_before.us, out);
}

static err get_delivery(struct webhook_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct webhook_delivery *out)
{
    return entity_get(SESSION_OF(r, webhook_reader), a, &webhook_delivery_schema, organization_key,
                      id, out);
}

#define FILTERED                                                                                   \
    "WHERE organization_key = ?1 AND webhook_key = ?2 AND (?3 IS NULL OR state = ?3) AND "         \
    "(?4 IS NULL OR event_type = ?4)"

static void bind_filter(struct statement *s, const struct webhook_delivery_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_i64(s, 2, f->webhook_key);
    statement_bind_opt_i64(s, 3, f->state);
    statement_bind_str(s, 4, f->event_type);
}

static err find_deliveries(struct webhook_reader *r, struct arena *a,
                           const struct webhook_delivery_filter *f,
                           struct webhook_delivery_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, webhook_reader), &c));
    TRY(statement_begin(c, "SELECT count(*) FROM webhook_deliveries " FILTERED, &count));
    bind_filter(&count, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(entity_select(c, a, &webhook_delivery_schema,
                      FILTERED " ORDER BY key DESC LIMIT ?5 OFFSET ?6", &rows));
    bind_filter(&rows, f);
    statement_bind_i64(&rows, 5, f->limit);
    statement_bind_i64(&rows, 6, (int64_t)f->offset);
    *out = (struct webhook_delivery_slice){0};
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &webhook_delivery_schema, SLICE_PUSH(a, out));
    }
}

static err count_all(struct webhook_reader *r, struct webhook_count *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, webhook_reader), &c));
    TRY(statement_begin(
        c,
        "SELECT count(CASE WHEN d.state = 0 THEN 1 END), count(CASE WHEN d.state = 2 THEN 1 END), "
        "coalesce(min(CASE WHEN d.state = 0 THEN d.created_at END), 0) FROM webhook_deliveries d "
        "JOIN webhooks w ON w.key = d.webhook_key WHERE d.state IN (0, 2) AND w.is_active = 1",
        &s));
    TRY(statement_step(&s, &has_row));
    *out = (struct webhook_count){.pending = statement_column_i64(&s, 0),
                                  .failed = statement_column_i64(&s, 1),
                                  .oldest_at = {statement_column_i64(&s, 2)}};
    return OK;
}

const struct webhook_reader_ops sql_webhook_reader_ops = {.get = get,
                                                          .all = all,
                                                          .get_delivery = get_delivery,
                                                          .find_deliveries = find_deliveries,
                                                          .find_waiting = find_waiting,
                                                          .count = count_all};

static err add(struct webhook_writer *w, struct webhook *webhook)
{
    return entity_insert(SESSION_OF(w, webhook_writer), &webhook_schema, webhook);
}

static err save(struct webhook_writer *w, struct webhook *webhook)
{
    return entity_update(SESSION_OF(w, webhook_writer), &webhook_schema, webhook);
}

static err save_progress(struct webhook_writer *w, const struct webhook *webhook)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, webhook_writer), &c));
    TRY(statement_begin(c,
                        "UPDATE webhooks SET is_active = ?2, task_id = ?3, failure_count = ?4, "
                        "failing_since = ?5, next_attempt_at = ?6, is_slow = ?7, "
                        "last_success_at = ?8, last_error = ?9, deactivated_reason = ?10 "
                        "WHERE key = ?1",
                        &s));
    statement_bind_i64(&s, 1, webhook->key);
    statement_bind_i64(&s, 2, webhook->is_active);
    statement_bind_uuid(&s, 3, webhook->task_id);
    statement_bind_i64(&s, 4, webhook->failure_count);
    statement_bind_opt_i64(&s, 5,
                           (opt_i64){webhook->failing_since.us != 0, webhook->failing_since.us});
    statement_bind_opt_i64(
        &s, 6, (opt_i64){webhook->next_attempt_at.us != 0, webhook->next_attempt_at.us});
    statement_bind_i64(&s, 7, webhook->is_slow);
    statement_bind_opt_i64(
        &s, 8, (opt_i64){webhook->last_success_at.us != 0, webhook->last_success_at.us});
    statement_bind_str(&s, 9, webhook->last_error);
    statement_bind_str(&s, 10, webhook->deactivated_reason);
    return statement_run(&s);
}

static err locate_row(struct webhook_writer *w, struct arena *a, const struct schema *schema,
                      const char *where, const int64_t *values, int count, void *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, webhook_writer), &c));
    TRY(entity_select(c, a, schema, where, &s));
    for (int i = 0; i < count; i++)
        statement_bind_i64(&s, i + 1, values[i]);
    return entity_read_row(&s, a, schema, out);
}

static err locate(struct webhook_writer *w, struct arena *a, int64_t key, struct webhook *out)
{
    return locate_row(w, a, &webhook_schema, "WHERE key = ?1", &key, 1, out);
}

static err remove_webhook(struct webhook_writer *w, int64_t key)
{
    struct sql_session *s = SESSION_OF(w, webhook_writer);
    int64_t count;
    TRY(sql_session_run(s, "DELETE FROM webhook_deliveries WHERE webhook_key = ?1", &key, 1,
                        &count));
    return sql_session_run(s, "DELETE FROM webhooks WHERE key = ?1", &key, 1, &count);
}

static err add_delivery(struct webhook_writer *w, struct webhook_delivery *delivery)
{
    return entity_insert(SESSION_OF(w, webhook_writer), &webhook_delivery_schema, delivery);
}

static err save_delivery(struct webhook_writer *w, struct webhook_delivery *delivery)
{
    return entity_update(SESSION_OF(w, webhook_writer), &webhook_delivery_schema, delivery);
}

static err locate_delivery(struct webhook_writer *w, struct arena *a, int64_t key,
                           struct webhook_delivery *out)
{
    return locate_row(w, a, &webhook_delivery_schema, "WHERE key = ?1", &key, 1, out);
}

static err first_due(struct webhook_writer *w, struct arena *a, int64_t webhook_key, instant now,
                     struct webhook_delivery *out)
{
    const int64_t values[] = {webhook_key, now.us};
    return locate_row(w, a, &webhook_delivery_schema,
                      "WHERE webhook_key = ?1 AND state = 0 AND next_attempt_at <= ?2 "
                      "ORDER BY key LIMIT 1",
                      values, 2, out);
}

static err next_time(struct webhook_writer *w, int64_t webhook_key, instant *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_write(SESSION_OF(w, webhook_writer), &c));
    TRY(statement_begin(c,
                        "SELECT coalesce(min(next_attempt_at), 0) FROM webhook_deliveries WHERE "
                        "webhook_key = ?1 AND state = 0",
                        &s));
    statement_bind_i64(&s, 1, webhook_key);
    TRY(statement_step(&s, &has_row));
    *out = (instant){statement_column_i64(&s, 0)};
    return OK;
}

static err resume(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    const int64_t values[] = {webhook_key, now.us};
    int64_t count;
    return sql_session_run(SESSION_OF(w, webhook_writer),
                           "UPDATE webhook_deliveries SET next_attempt_at = ?2, version = version "
                           "+ 1 WHERE webhook_key = ?1 AND state = 0 AND next_attempt_at > ?2",
                           values, 2, &count);
}

static err give_up(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    const int64_t values[] = {webhook_key, now.us};
    int64_t count;
    return sql_session_run(SESSION_OF(w, webhook_writer),
                           "UPDATE webhook_deliveries SET state = 2, next_attempt_at = NULL, "
                           "updated_at = ?2, version = version + 1, last_error = "
                           "coalesce(last_error, 'it was not sent within a day') "
                           "WHERE webhook_key = ?1 AND state = 0 AND give_up_at <= ?2",
                           values, 2, &count);
}

static err purge(struct webhook_writer *w, instant made_before, uint32_t limit, int64_t *count)
{
    const int64_t values[] = {made_before.us, limit};
    return sql_session_run(SESSION_OF(w, webhook_writer),
                           "DELETE FROM webhook_deliveries WHERE key IN (SELECT key FROM "
                           "webhook_deliveries WHERE created_at < ?1 AND state <> 0 "
                           "ORDER BY created_at LIMIT ?2)",
                           values, 2, count);
}

const struct webhook_writer_ops sql_webhook_writer_ops = {.add = add,
                                                          .save = save,
                                                          .save_progress = save_progress,
                                                          .locate = locate,
                                                          .remove = remove_webhook,
                                                          .add_delivery = add_delivery,
                                                          .save_delivery = save_delivery,
                                                          .locate_delivery = locate_delivery,
                                                          .first_due = first_due,
                                                          .next_time = next_time,
                                                          .resume = resume,
                                                          .give_up = give_up,
                                                          .purge = purge};
