/* Look-up by the BLAKE2b of the token, which is the token's only trace here. */
#include "infrastructure/principal_memory.h"

#include "base/arena.h"
#include "base/err.h"

#include <sodium.h>
#include <stdio.h>

static const str channel = STR_INIT("principals");

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

static bool find_younger(struct principal_memory *p, str token, instant now, int64_t age_us_max,
                         struct principal *out)
{
    unsigned char digest[32];
    struct principal_slot *slot = slot_of(p, token, digest);
    pthread_rwlock_rdlock(&p->lock);
    int64_t age_us = now.us - slot->cached_at.us; /* negative where the clock was put back */
    bool found = memcmp(slot->digest, digest, sizeof digest) == 0 &&
                 slot->principal.expires_at.us > now.us && age_us < age_us_max &&
                 age_us > -age_us_max;
    if (found)
        *out = slot->principal;
    pthread_rwlock_unlock(&p->lock);
    return found;
}

static bool find(struct principal_cache *c, str token, instant now, struct principal *out)
{
    return find_younger(self(c), token, now, PRINCIPAL_TRUST_MS * INT64_C(1000), out);
}

static bool recall(struct principal_cache *c, str token, instant now, struct principal *out)
{
    return find_younger(self(c), token, now, INT64_MAX, out);
}

/* With the lock: was the session ended, or everything the user had, after the token was made? */
static bool has_ended(const struct principal_memory *p, const struct principal *principal)
{
    for (size_t i = 0; i < PRINCIPAL_ENDED_COUNT && i < p->ended_next; i++) {
        const struct ended *e = &p->ended[i];
        if (e->at.us == 0)
            continue;
        if (uuid_is_set(e->session_id) && uuid_eq(e->session_id, principal->session_id))
            return true;
        if (e->user_key != 0 && e->user_key == principal->user_key &&
            e->at.us >= principal->issued_at.us)
            return true;
    }
    return false;
}

/* With the lock. */
static bool is_doubted(const struct principal_memory *p, const struct principal *principal)
{
    uint64_t now = p->told_until_ns == 0 ? 0 : monotonic_ns();
    for (size_t i = 0; i < PRINCIPAL_TOLD_COUNT && p->told_until_ns > now; i++) {
        const struct told *t = &p->told[i];
        if (t->until_ns > now &&
            ((t->user_key != 0 && t->user_key == principal->user_key) ||
             (uuid_is_set(t->session_id) && uuid_eq(t->session_id, principal->session_id))))
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
    pthread_rwlock_wrlock(&p->lock);
    bool ended = has_ended(p, principal);
    if (!ended && !is_doubted(p, principal)) {
        memcpy(slot->digest, digest, sizeof digest);
        slot->principal = *principal;
        slot->cached_at = now;
    }
    pthread_rwlock_unlock(&p->lock);
    return !ended;
}

/* With the lock. */
static void forget(struct principal_memory *p, const struct ended *what)
{
    for (size_t i = 0; i < PRINCIPAL_SLOT_COUNT; i++) {
        struct principal_slot *slot = &p->slots[i];
        if ((what->user_key != 0 && slot->principal.user_key == what->user_key) ||
            (uuid_is_set(what->session_id) &&
             uuid_eq(slot->principal.session_id, what->session_id)))
            *slot = (struct principal_slot){0};
    }
}

static void end(struct principal_memory *p, const struct ended *what)
{
    pthread_rwlock_wrlock(&p->lock);
    p->ended[p->ended_next++ % PRINCIPAL_ENDED_COUNT] = *what;
    forget(p, what);
    pthread_rwlock_unlock(&p->lock);
}

static void tell_session(struct principal_memory *p, uuid session_id)
{
    char text[8 + UUID_TEXT_SIZE] = "session ";
    uuid_write(session_id, text + 8);
    if (p->bus != NULL)
        message_bus_publish(p->bus, channel, (str){text, sizeof text});
}

static void end_session(struct principal_cache *c, uuid session_id, instant now)
{
    end(self(c), &(struct ended){.session_id = session_id, .at = now});
    tell_session(self(c), session_id);
}

static void end_user(struct principal_cache *c, int64_t user_key, instant now)
{
    struct principal_memory *p = self(c);
    char text[32];
    end(p, &(struct ended){.user_key = user_key, .at = now});
    snprintf(text, sizeof text, "user %lld", (long long)user_key);
    if (p->bus != NULL)
        message_bus_publish(p->bus, channel, str_of(text));
}

static void take_word(struct principal_memory *p, const struct ended *what)
{
    pthread_rwlock_wrlock(&p->lock);
    p->told_until_ns = monotonic_ns() + (uint64_t)PRINCIPAL_DOUBT_MS * 1000000u;
    p->told[p->told_next++ % PRINCIPAL_TOLD_COUNT] =
        (struct told){what->session_id, what->user_key, p->told_until_ns};
    forget(p, what);
    pthread_rwlock_unlock(&p->lock);
}

static void doubt(struct principal_cache *c, uuid session_id)
{
    take_word(self(c), &(struct ended){.session_id = session_id});
    tell_session(self(c), session_id);
}

static void hear(struct message_listener *l, str payload)
{
    struct principal_memory *p = container_of(l, struct principal_memory, listener);
    struct ended what = {0};
    bool is_session = str_starts(payload, STR("session ")) &&
                      uuid_from_text(str_sub(payload, 8, payload.len), &what.session_id);
    bool is_user = str_starts(payload, STR("user ")) &&
                   str_to_i64(str_sub(payload, 5, payload.len), &what.user_key);
    if (!is_session && !is_user)
        return;
    take_word(p, &what);
}

err principal_memory_share(struct principal_memory *p, struct message_bus *bus)
{
    p->listener.heard = hear;
    TRY(message_bus_subscribe(bus, channel, &p->listener));
    p->bus = bus;
    return OK;
}

void principal_memory_unshare(struct principal_memory *p)
{
    if (p->bus != NULL)
        message_bus_unsubscribe(p->bus, &p->listener);
    p->bus = NULL;
}

static const struct principal_cache_ops memory_ops = {.find = find,
                                                      .recall = recall,
                                                      .put = put,
                                                      .end_session = end_session,
                                                      .end_user = end_user,
                                                      .doubt = doubt};

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
