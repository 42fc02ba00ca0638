/* Leases in memory. */
#include "base/arena.h"
#include "infrastructure/memory/memory_session.h"

static struct memory_session *session_of(struct lease_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.lease_writer);
}

static bool has_name(const void *row, const void *argument)
{
    return str_eq(((const struct lease *)row)->name, *(const str *)argument);
}

static err put(struct memory_session *s, struct lease lease)
{
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_LEASES], has_name,
                       &lease.name);
    return memory_insert(s, MEMORY_LEASES, &lease);
}

static err take(struct lease_writer *w, struct lease *lease, instant now)
{
    struct memory_session *s = session_of(w);
    struct lease before = {0};
    (void)memory_write(s);
    err e = memory_first(s, &s->db->arena, MEMORY_LEASES, has_name, &lease->name, &before);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    bool is_own = uuid_eq(before.holder, lease->holder);
    lease->token = 0;
    if (!failed(e) && !is_own && before.expires_at.us > now.us)
        return OK;
    lease->token = before.token + !is_own;
    return put(s, *lease);
}

static err release(struct lease_writer *w, str name, uuid holder)
{
    struct memory_session *s = session_of(w);
    struct lease lease;
    (void)memory_write(s);
    err e = memory_first(s, &s->db->arena, MEMORY_LEASES, has_name, &name, &lease);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !uuid_eq(lease.holder, holder)))
        return OK;
    TRY(e);
    lease.expires_at = (instant){0};
    return put(s, lease);
}

const struct lease_writer_ops memory_lease_writer_ops = {.take = take, .release = release};
