/* Look-up by the BLAKE2b of the token, which is the token's only trace here. */
#include "infrastructure/principal_memory.h"

#include "base/arena.h"
#include "base/err.h"

#include <sodium.h>

/* Re-read from the database at least so often: another process may have ended the session. */
#define CACHE_SECONDS_MAX 30

static struct principal_memory *self(struct principal_cache *c)
{
    return container_of(c, struct principal_memory, base);
}

static struct principal_slot *slot_of(struct principal_memory *p, str token,
                                      unsigned char digest[32])
{
    crypto_generichash(digest, 32, (const unsigned char *)token.ptr, token.len, NULL, 0);
    return &p->slots[(digest[0] | digest[1] << 8) % PRINCIPAL_SLOT_COUNT];
}

static bool find(struct principal_cache *c, str token, instant now, struct principal *out)
{
    struct principal_memory *p = self(c);
    unsigned char digest[32];
    struct principal_slot *slot = slot_of(p, token, digest);
    pthread_rwlock_rdlock(&p->lock);
    bool found = memcmp(slot->digest, digest, sizeof digest) == 0 &&
                 slot->principal.expires_at.us > now.us &&
                 now.us - slot->cached_at.us < SECONDS(CACHE_SECONDS_MAX);
    if (found)
        *out = slot->principal;
    pthread_rwlock_unlock(&p->lock);
    return found;
}

/* With the lock: was the session ended, or everything the user had, after the token was made? */
static bool has_ended(const struct principal_memory *p, const struct principal *principal,
                      instant issued_before)
{
    for (size_t i = 0; i < PRINCIPAL_ENDED_COUNT; i++) {
        const struct ended *e = &p->ended[i];
        if (e->at.us == 0)
            continue;
        if (uuid_is_set(e->session_id) && uuid_eq(e->session_id, principal->session_id))
            return true;
        if (e->user_key != 0 && e->user_key == principal->user_key && e->at.us >= issued_before.us)
            return true;
    }
    return false;
}

static bool put(struct principal_cache *c, str token, instant now,
                const struct principal *principal)
{
    struct principal_memory *p = self(c);
    unsigned char digest[32];
    struct principal_slot *slot = slot_of(p, token, digest);
    instant issued = {principal->expires_at.us - SECONDS(15 * 60)};
    pthread_rwlock_wrlock(&p->lock);
    bool ended = has_ended(p, principal, issued);
    if (!ended) {
        memcpy(slot->digest, digest, sizeof digest);
        slot->principal = *principal;
        slot->cached_at = now;
    }
    pthread_rwlock_unlock(&p->lock);
    return !ended;
}

static void forget(struct principal_memory *p, const struct ended *what)
{
    pthread_rwlock_wrlock(&p->lock);
    p->ended[p->ended_next++ % PRINCIPAL_ENDED_COUNT] = *what;
    for (size_t i = 0; i < PRINCIPAL_SLOT_COUNT; i++) {
        struct principal_slot *slot = &p->slots[i];
        if ((what->user_key != 0 && slot->principal.user_key == what->user_key) ||
            (uuid_is_set(what->session_id) &&
             uuid_eq(slot->principal.session_id, what->session_id)))
            *slot = (struct principal_slot){0};
    }
    pthread_rwlock_unlock(&p->lock);
}

static void end_session(struct principal_cache *c, uuid session_id, instant now)
{
    forget(self(c), &(struct ended){.session_id = session_id, .at = now});
}

static void end_user(struct principal_cache *c, int64_t user_key, instant now)
{
    forget(self(c), &(struct ended){.user_key = user_key, .at = now});
}

static const struct principal_cache_ops memory_ops = {
    .find = find, .put = put, .end_session = end_session, .end_user = end_user};

void principal_memory_open(struct principal_memory *p)
{
    *p = (struct principal_memory){.base = {&memory_ops}};
    pthread_rwlock_init(&p->lock, NULL);
    p->slots = heap_alloc_array(PRINCIPAL_SLOT_COUNT, sizeof *p->slots);
    p->ended = heap_alloc_array(PRINCIPAL_ENDED_COUNT, sizeof *p->ended);
}

void principal_memory_close(struct principal_memory *p)
{
    if (p->base.ops == NULL)
        return;
    pthread_rwlock_destroy(&p->lock);
    heap_free(p->slots);
    heap_free(p->ended);
    *p = (struct principal_memory){0};
}
