/* Outbox, positions and arrivals on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

#define ARRIVAL "key, organization_key, study_id, first_at, last_at, instance_count"

static err add(struct outbox *o, const struct event_type *type, int64_t organization_key,
               uuid aggregate, str payload)
{
    struct sql_session *session = SESSION_OF(o, outbox);
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write_apart(session, &c));
    TRY(statement_begin(c,
                        "INSERT INTO outbox(type, organization_key, aggregate, payload, "
                        "created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                        &s));
    statement_bind_str(&s, 1, str_of(type->name));
    statement_bind_i64(&s, 2, organization_key);
    statement_bind_uuid(&s, 3, aggregate);
    statement_bind_str(&s, 4, payload);
    statement_bind_i64(&s, 5, clock_now(session->clock).us);
    return statement_run_later(&s);
}
const struct outbox_ops sql_outbox_ops = {.add = add};

static err find(struct event_reader *r, struct arena *a, int64_t after_key, uint32_t limit,
                struct outbox_event_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, event_reader), &c));
    TRY(statement_begin(c,
                        "SELECT key, type, organization_key, aggregate, payload, created_at "
                        "FROM outbox WHERE key > ?1 ORDER BY key LIMIT ?2",
                        &s));
    statement_bind_i64(&s, 1, after_key);
    statement_bind_i64(&s, 2, limit);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &outbox_event_schema, &rows));
    *out = (struct outbox_event_slice){rows.at, rows.len};
    return OK;
}

static err last_key(struct event_reader *r, int64_t *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, event_reader), &c));
    TRY(statement_begin(c, "SELECT key FROM outbox ORDER BY key DESC LIMIT 1", &s));
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

static err get_position(struct event_reader *r, str name, int64_t *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, event_reader), &c));
    TRY(statement_begin(c, "SELECT position FROM event_positions WHERE name = ?1", &s));
    statement_bind_str(&s, 1, name);
    TRY(statement_step(&s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    *out = statement_column_i64(&s, 0);
    return OK;
}

const struct event_reader_ops sql_event_reader_ops = {
    .find = find, .last_key = last_key, .get_position = get_position};

static err begin_position(struct event_writer *w, str name, int64_t position)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, event_writer), &c));
    TRY(statement_begin(c,
                        "INSERT INTO event_positions(name, position) VALUES (?1, ?2) "
                        "ON CONFLICT(name) DO NOTHING",
                        &s));
    statement_bind_str(&s, 1, name);
    statement_bind_i64(&s, 2, position);
    TRY(statement_run(&s));
    return statement_changes(&s) == 1 ? OK : ERR(CONFLICT, "it is there already");
}

static err move_position(struct event_writer *w, str name, int64_t from, int64_t to)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, event_writer), &c));
    TRY(statement_begin(
        c, "UPDATE event_positions SET position = ?1 WHERE name = ?2 AND position = ?3", &s));
    statement_bind_i64(&s, 1, to);
    statement_bind_str(&s, 2, name);
    statement_bind_i64(&s, 3, from);
    TRY(statement_run(&s));
    return statement_changes(&s) == 1
               ? OK
               : ERR(PRECONDITION_FAILED, "somebody else is at work on the events");
}

/* As many as a page of the oldest, of which those stay that are to be kept longer: whoever purges
 * looks at a bounded number of them. */
static err purge(struct event_writer *w, const struct event_purge *purge, int64_t *count)
{
    struct sql_connection *c;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    CLEANUP(statement_end) struct statement s = {0};
    struct buf sql = BUF_IN(&scratch);
    int at = 3;
    TRY(sql_session_write(SESSION_OF(w, event_writer), &c));
    buf_add(&sql, STR("DELETE FROM outbox WHERE key IN (SELECT key FROM outbox WHERE key <= ?1 "
                      "AND (created_at < ?2"));
    for (size_t i = 0; purge->brief_types[i] != NULL; i++)
        buf_addf(&sql, " OR type = ?%d", ++at);
    buf_add(&sql, STR(") ORDER BY key LIMIT ?3)"));
    TRY(statement_prepare(c, buf_str(&sql), &s));
    statement_bind_i64(&s, 1, purge->up_to_key);
    statement_bind_i64(&s, 2, purge->made_before.us);
    statement_bind_i64(&s, 3, purge->limit);
    for (size_t i = 0; purge->brief_types[i] != NULL; i++)
        statement_bind_str(&s, (int)i + 4, str_of(purge->brief_types[i]));
    TRY(statement_run(&s));
    *count = statement_changes(&s);
    return OK;
}

static err note_arrival(struct event_writer *w, const struct study_arrival *arrival)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(SESSION_OF(w, event_writer), &c));
    TRY(statement_begin(
        c,
        "INSERT INTO study_arrivals(organization_key, study_id, first_at, last_at, "
        "instance_count) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT(study_id) DO UPDATE SET "
        "last_at = CASE WHEN study_arrivals.last_at < excluded.last_at THEN excluded.last_at "
        "ELSE study_arrivals.last_at END, "
        "instance_count = study_arrivals.instance_count + excluded.instance_count",
        &s));
    statement_bind_i64(&s, 1, arrival->organization_key);
    statement_bind_uuid(&s, 2, arrival->study_id);
    statement_bind_i64(&s, 3, arrival->first_at.us);
    statement_bind_i64(&s, 4, arrival->last_at.us);
    statement_bind_i64(&s, 5, arrival->instance_count);
    return statement_run(&s);
}

static err find_arrivals(struct sql_connection *c, struct arena *a, instant quiet_since,
                         uint32_t limit, struct study_arrival_slice *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c,
                        "SELECT " ARRIVAL " FROM study_arrivals WHERE last_at <= ?1 "
                        "ORDER BY last_at, key LIMIT ?2",
                        &s));
    statement_bind_i64(&s, 1, quiet_since.us);
    statement_bind_i64(&s, 2, limit);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &study_arrival_schema, &rows));
    *out = (struct study_arrival_slice){rows.at, rows.len};
    return OK;
}

static err take_arrivals(struct event_writer *w, struct arena *a, instant quiet_since,
                         uint32_t limit, struct study_arrival_slice *out)
{
    struct sql_session *session = SESSION_OF(w, event_writer);
    struct sql_connection *c;
    int64_t removed;
    TRY(sql_session_write(session, &c));
    TRY(find_arrivals(c, a, quiet_since, limit, out));
    for (size_t i = 0; i < out->len; i++)
        TRY(sql_session_run(session, "DELETE FROM study_arrivals WHERE key = ?1", &out->at[i].key,
                            1, &removed));
    return OK;
}

const struct event_writer_ops sql_event_writer_ops = {.begin_position = begin_position,
                                                      .move_position = move_position,
                                                      .purge = purge,
                                                      .note_arrival = note_arrival,
                                                      .take_arrivals = take_arrivals};
