/* Slots by the identifier's last bytes, which are chance. */
#include "infrastructure/session_uses_memory.h"

#include "base/arena.h"

static void note(struct session_uses *base, uuid session_id, instant now)
{
    struct session_uses_memory *u = container_of(base, struct session_uses_memory, base);
    size_t slot = (session_id.at[14] | (size_t)session_id.at[15] << 8) % SESSION_USE_SLOT_COUNT;
    pthread_mutex_lock(&u->lock);
    if (!uuid_is_set(u->slots[slot].session_id) || uuid_eq(u->slots[slot].session_id, session_id))
        u->slots[slot] = (struct session_use){session_id, now};
    pthread_mutex_unlock(&u->lock);
}

static const struct session_uses_ops memory_ops = {.note = note};

void session_uses_memory_open(struct session_uses_memory *u)
{
    *u = (struct session_uses_memory){.base = {&memory_ops}};
    pthread_mutex_init(&u->lock, NULL);
    u->slots = heap_alloc_array(SESSION_USE_SLOT_COUNT, sizeof *u->slots);
}

void session_uses_memory_close(struct session_uses_memory *u)
{
    if (u->base.ops == NULL)
        return;
    pthread_mutex_destroy(&u->lock);
    heap_free(u->slots);
    *u = (struct session_uses_memory){0};
}

static size_t take(struct session_uses_memory *u, struct session_use *out)
{
    size_t count = 0;
    pthread_mutex_lock(&u->lock);
    for (size_t i = 0; i < SESSION_USE_SLOT_COUNT; i++)
        if (uuid_is_set(u->slots[i].session_id)) {
            out[count++] = u->slots[i];
            u->slots[i] = (struct session_use){0};
        }
    pthread_mutex_unlock(&u->lock);
    return count;
}

static err write_down(struct db_session *session, const struct session_use *uses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(session_writer_touch(session->uow.sessions, uses[i].session_id, uses[i].at));
    return count == 0 ? OK : db_session_commit(session);
}

err session_uses_memory_flush(struct session_uses_memory *u, struct db_context *db,
                              struct clock *clock)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct db_session *session;
    struct session_use *uses = NEW_ARRAY(&scratch, struct session_use, SESSION_USE_SLOT_COUNT);
    size_t count = take(u, uses);
    TRY(db_session_begin(db, &scratch, clock, &session));
    err e = write_down(session, uses, count);
    db_session_end(session);
    return e;
}
