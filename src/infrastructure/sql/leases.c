/* Leases on SQL: one statement decides who has it. */
#include "infrastructure/sql/session.h"

static struct sql_session *session_of(struct lease_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.lease_writer);
}

static err take(struct lease_writer *w, struct lease *lease, instant now)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_write(session_of(w), &c));
    TRY(statement_begin(
        c,
        "INSERT INTO leases(name, holder, expires_at, token) VALUES (?1, ?2, ?3, 1) "
        "ON CONFLICT(name) DO UPDATE SET holder = excluded.holder, "
        "expires_at = excluded.expires_at, token = leases.token + "
        "CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END "
        "WHERE leases.holder = excluded.holder OR leases.expires_at <= ?4 RETURNING token",
        &s));
    statement_bind_str(&s, 1, lease->name);
    statement_bind_uuid(&s, 2, lease->holder);
    statement_bind_i64(&s, 3, lease->expires_at.us);
    statement_bind_i64(&s, 4, now.us);
    TRY(statement_step(&s, &has_row));
    lease->token = has_row ? statement_column_i64(&s, 0) : 0;
    return OK;
}

/* It stays, expired: its token goes on. */
static err release(struct lease_writer *w, str name, uuid holder)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(session_of(w), &c));
    TRY(statement_begin(c, "UPDATE leases SET expires_at = 0 WHERE name = ?1 AND holder = ?2", &s));
    statement_bind_str(&s, 1, name);
    statement_bind_uuid(&s, 2, holder);
    return statement_run(&s);
}

const struct lease_writer_ops sql_lease_writer_ops = {.take = take, .release = release};
