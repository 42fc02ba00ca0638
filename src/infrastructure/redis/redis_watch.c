/* The watcher: finds the master, beats, listens, sends, and starts over when something is wrong. */
#include "infrastructure/redis/redis_parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <sodium.h>

enum { MESSAGES_AT_ONCE = 64, STEADY_MS = 1000 };

static bool is_stopping(const struct redis_database *db)
{
    return __atomic_load_n(&db->stopping, __ATOMIC_ACQUIRE);
}

static err subscribe(struct redis_database *db, struct arena *a)
{
    struct redis_answer *answer;
    uint64_t deadline = redis_deadline(REDIS_CONNECT_MS, monotonic_ns());
    TRY(redis_connect(&db->subscriber, &db->address, deadline));
    TRY(redis_sign_in(db, &db->subscriber, a, deadline));
    TRY(REDIS_ASK(&db->subscriber, a, deadline, &answer, STR("SUBSCRIBE"), redis_channel(db, a)));
    if (answer->kind == REDIS_ERROR)
        return ERR(UNAVAILABLE, "Redis does not allow to subscribe");
    return redis_take_message(db, a, answer);
}

/* Says the same back, and stores: it is alive, it is Redis, it has room. */
static err beat(struct redis_database *db, struct arena *a)
{
    unsigned char bytes[16];
    struct buf nonce = BUF_IN(a);
    struct redis_answer *answer;
    uint64_t deadline = redis_deadline(REDIS_COMMAND_MS, monotonic_ns());
    random_bytes(bytes, sizeof bytes);
    buf_add_hex(&nonce, bytes, sizeof bytes);
    TRY(REDIS_ASK(&db->speaker, a, deadline, &answer, STR("ECHO"), buf_str(&nonce)));
    if (!redis_is(answer, REDIS_STRING, buf_str(&nonce)))
        return ERR(UNAVAILABLE, "Redis does not echo");
    str key = redis_key(db, a, "beat", str_format(a, "%016llx", (unsigned long long)db->origin));
    TRY(REDIS_ASK(&db->speaker, a, deadline, &answer, STR("SET"), key, buf_str(&nonce), STR("PX"),
                  STR("10000")));
    if (redis_unfit(answer) != NULL)
        return ERR(UNAVAILABLE, "Redis is not ready to store");
    redis_set_refusing(db, answer->kind == REDIS_ERROR);
    if (answer->kind != REDIS_ERROR && !redis_is(answer, REDIS_STATUS, STR("OK")))
        return ERR(UNAVAILABLE, "an answer that is none to SET");
    return OK;
}

/* A subscriber hears nothing for hours, so it asks for a sign. */
static err listen_for_beat(struct redis_database *db)
{
    const str ping = STR("PING");
    uint64_t now = monotonic_ns();
    if (db->spoke_ns > db->heard_ns)
        return ERR(UNAVAILABLE, "Redis gives no sign to its subscriber");
    db->spoke_ns = now;
    return redis_say(&db->subscriber, &ping, 1, redis_deadline(REDIS_COMMAND_MS, now));
}

static err connect_all(struct redis_database *db, struct arena *a)
{
    struct redis_address address;
    TRY(redis_find_master(db, a, &address));
    pthread_mutex_lock(&db->lock);
    db->address = address;
    pthread_mutex_unlock(&db->lock);
    TRY(beat(db, a));
    TRY(subscribe(db, a));
    db->spoke_ns = 0;
    db->heard_ns = monotonic_ns();
    return OK;
}

static void set_up(struct redis_database *db)
{
    cache_memory_clear(&db->cache_twin);
    pthread_mutex_lock(&db->lock);
    db->generation++;
    __atomic_store_n(&db->is_up, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&db->lock);
    log_event(LOG_INFO, "redis_found", "shared=true");
}

static err hear(struct redis_database *db, struct arena *a)
{
    struct redis_answer *answer;
    for (int i = 0; i < MESSAGES_AT_ONCE && !redis_is_quiet(&db->subscriber); i++) {
        arena_reset(a);
        TRY(redis_hear(&db->subscriber, a, redis_deadline(REDIS_COMMAND_MS, monotonic_ns()),
                       &answer));
        if (answer == NULL)
            return OK;
        db->heard_ns = monotonic_ns();
        TRY(redis_take_message(db, a, answer));
    }
    return OK;
}

/* Returns when it is to end or something is wrong. */
static err watch(struct redis_database *db, struct arena *a)
{
    uint64_t next_beat_ns = 0;
    while (!is_stopping(db) && redis_is_up(db)) {
        uint64_t now = monotonic_ns();
        int rest_ms = now >= next_beat_ns ? 0 : (int)((next_beat_ns - now) / 1000000u) + 1;
        struct pollfd fds[] = {{.fd = db->hub.wake_fd, .events = POLLIN},
                               {.fd = db->subscriber.fd, .events = POLLIN}};
        if (poll(fds, 2, bus_hub_wait_ms(&db->hub, rest_ms)) > 0 && fds[0].revents != 0)
            bus_hub_hush(&db->hub);
        arena_reset(a);
        TRY(redis_send_messages(db, a, true));
        TRY(hear(db, a));
        if (monotonic_ns() < next_beat_ns)
            continue;
        arena_reset(a);
        TRY(beat(db, a));
        TRY(listen_for_beat(db));
        next_beat_ns = redis_deadline(REDIS_BEAT_MS, monotonic_ns());
    }
    return OK;
}

/* Exponential back-off with full jitter; messages go on to those who listen here. */
static void rest(struct redis_database *db, struct arena *a, unsigned attempt)
{
    unsigned ms_max = REDIS_RETRY_MS_MAX;
    if (attempt < 5 && REDIS_RETRY_MS_MIN << attempt < REDIS_RETRY_MS_MAX)
        ms_max = (unsigned)REDIS_RETRY_MS_MIN << attempt;
    uint64_t until = redis_deadline(randombytes_uniform(ms_max + 1), monotonic_ns()), now;
    while (!is_stopping(db) && (now = monotonic_ns()) < until) {
        struct pollfd wake = {.fd = db->hub.wake_fd, .events = POLLIN};
        if (poll(&wake, 1, bus_hub_wait_ms(&db->hub, (int)((until - now) / 1000000u) + 1)) > 0)
            bus_hub_hush(&db->hub);
        err e = redis_send_messages(db, a, false);
        (void)e.code;
    }
}

static void note_failure(err e, bool *is_noted)
{
    if (!*is_noted)
        log_event(LOG_WARN, "redis_away", "reason=\"%s\"", e.text);
    *is_noted = true;
}

void *redis_watch(void *database)
{
    struct redis_database *db = database;
    struct arena a = {0};
    unsigned attempt = 0;
    bool is_noted = false;
    while (!is_stopping(db)) {
        arena_reset(&a);
        err e = connect_all(db, &a);
        uint64_t found_ns = monotonic_ns();
        if (failed(e)) {
            note_failure(e, &is_noted);
        } else {
            is_noted = false;
            set_up(db);
            e = watch(db, &a);
            redis_distrust(db, failed(e) ? e.text : "it is to end");
        }
        redis_disconnect(&db->speaker);
        redis_disconnect(&db->subscriber);
        if (monotonic_ns() - found_ns > (uint64_t)STEADY_MS * 1000000u)
            attempt = 0;
        rest(db, &a, attempt++);
    }
    arena_deinit(&a);
    return NULL;
}
