/* Opening and closing, the circuit, the pool. */
#include "infrastructure/redis_database.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "infrastructure/redis/redis_parts.h"

#include <sodium.h>
#include <time.h>

err redis_database_open(struct redis_database *db, str url, const unsigned char *secret)
{
    pthread_condattr_t attributes;
    if (sodium_init() < 0)
        return ERR(UNAVAILABLE, "libsodium does not start");
    *db = (struct redis_database){.cache = {&redis_cache_ops},
                                  .rates = {&redis_rate_ops},
                                  .bus = {&redis_bus_ops},
                                  .hub = {.wake_fd = -1}};
    arena_init(&db->arena);
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&db->returned, &attributes);
    pthread_condattr_destroy(&attributes);
    cache_memory_open(&db->cache_twin, REDIS_TWIN_CACHE_SIZE);
    rate_memory_open(&db->rates_twin);
    TRY(redis_url_read(&db->arena, url, &db->url));
    db->prefix = db->url.prefix.ptr != NULL
                     ? str_format(&db->arena, "gantry:%.*s:", STR_ARG(db->url.prefix))
                     : STR("gantry:");
    crypto_generichash(db->key, sizeof db->key, (const unsigned char *)"gantry redis", 12, secret,
                       REDIS_KEY_SIZE);
    random_bytes(&db->origin, sizeof db->origin);
    TRY(bus_hub_open(&db->hub));
    if (pthread_create(&db->thread, NULL, redis_watch, db) != 0)
        return ERR(UNAVAILABLE, "the watcher of Redis does not start");
    db->has_thread = true;
    return OK;
}

void redis_database_close(struct redis_database *db)
{
    if (db->cache.ops == NULL)
        return;
    __atomic_store_n(&db->stopping, true, __ATOMIC_RELEASE);
    if (db->has_thread) {
        bus_hub_wake(&db->hub);
        pthread_join(db->thread, NULL);
    }
    for (size_t i = 0; i < REDIS_POOL_SIZE; i++)
        redis_disconnect(&db->pool[i].connection);
    bus_hub_close(&db->hub);
    rate_memory_close(&db->rates_twin);
    cache_memory_close(&db->cache_twin);
    pthread_cond_destroy(&db->returned);
    pthread_mutex_destroy(&db->lock);
    sodium_memzero(db->key, sizeof db->key);
    arena_deinit(&db->arena);
    *db = (struct redis_database){0};
}

bool redis_is_up(struct redis_database *db)
{
    return __atomic_load_n(&db->is_up, __ATOMIC_ACQUIRE);
}

bool redis_is_willing(struct redis_database *db)
{
    return redis_is_up(db) && !__atomic_load_n(&db->is_refusing, __ATOMIC_ACQUIRE);
}

err redis_database_health(struct redis_database *db)
{
    if (!redis_is_up(db))
        return ERR(UNAVAILABLE, "Redis is away");
    return redis_is_willing(db) ? OK : ERR(UNAVAILABLE, "Redis refuses to store");
}

void redis_set_refusing(struct redis_database *db, bool is_refusing)
{
    if (__atomic_exchange_n(&db->is_refusing, is_refusing, __ATOMIC_ACQ_REL) != is_refusing)
        log_event(is_refusing ? LOG_WARN : LOG_INFO,
                  is_refusing ? "redis_refuses" : "redis_stores_again", "shared=%s",
                  is_refusing ? "false" : "true");
}

void redis_set_down(struct redis_database *db, uint64_t generation, const char *why)
{
    pthread_mutex_lock(&db->lock);
    bool was_up = db->is_up && db->generation == generation;
    if (was_up) {
        __atomic_store_n(&db->is_up, false, __ATOMIC_RELEASE);
        db->generation++;
        pthread_cond_broadcast(&db->returned);
    }
    pthread_mutex_unlock(&db->lock);
    if (!was_up)
        return;
    bus_hub_wake(&db->hub);
    log_event(LOG_WARN, "redis_lost", "reason=\"%s\"", why);
}

void redis_distrust(struct redis_database *db, const char *why)
{
    pthread_mutex_lock(&db->lock);
    uint64_t generation = db->generation;
    pthread_mutex_unlock(&db->lock);
    redis_set_down(db, generation, why);
}

const char *redis_unfit(const struct redis_answer *answer)
{
    static const char *const reasons[] = {"READONLY",   "LOADING",     "NOAUTH",
                                          "MASTERDOWN", "CLUSTERDOWN", "MOVED"};
    for (size_t i = 0; i < COUNT_OF(reasons) && answer->kind == REDIS_ERROR; i++)
        if (str_starts(answer->text, str_of(reasons[i])))
            return reasons[i];
    return NULL;
}

/* What an error tells about the server as a whole. */
static void heed(struct redis_database *db, uint64_t generation, const struct redis_answer *answer)
{
    const char *reason = redis_unfit(answer);
    if (reason != NULL)
        redis_set_down(db, generation, reason);
    else if (answer->kind == REDIS_ERROR && !str_starts(answer->text, STR("NOSCRIPT")) &&
             !str_starts(answer->text, STR("WRONGTYPE")))
        redis_set_refusing(db, true); /* full, or not allowed: the next beat looks again */
}

/* With the lock. One that is connected, else one that can be. */
static struct redis_pooled *free_one(struct redis_database *db)
{
    struct redis_pooled *found = NULL;
    for (size_t i = 0; i < REDIS_POOL_SIZE; i++) {
        struct redis_pooled *p = &db->pool[i];
        if (!p->is_busy && (found == NULL || p->connection.reader != NULL))
            found = p;
        if (found != NULL && found->connection.reader != NULL)
            break;
    }
    return found;
}

static struct redis_pooled *borrow(struct redis_database *db, uint64_t deadline_ns,
                                   struct redis_address *address, uint64_t *generation)
{
    struct redis_pooled *p = NULL;
    struct timespec until = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                             .tv_nsec = (long)(deadline_ns % 1000000000u)};
    pthread_mutex_lock(&db->lock);
    while (db->is_up && (p = free_one(db)) == NULL)
        if (pthread_cond_timedwait(&db->returned, &db->lock, &until) != 0)
            break;
    if (p != NULL) {
        p->is_busy = true;
        *address = db->address;
        *generation = db->generation;
    }
    pthread_mutex_unlock(&db->lock);
    return p;
}

static void give_back(struct redis_database *db, struct redis_pooled *p)
{
    pthread_mutex_lock(&db->lock);
    p->is_busy = false;
    pthread_cond_signal(&db->returned);
    pthread_mutex_unlock(&db->lock);
}

err redis_sign_in(const struct redis_database *db, struct redis_connection *c, struct arena *a,
                  uint64_t deadline_ns)
{
    struct redis_answer *answer;
    const struct redis_url *u = &db->url;
    str with_user[] = {STR("AUTH"), u->user, u->password}, without[] = {STR("AUTH"), u->password};
    if (u->password.ptr != NULL) {
        TRY(u->user.ptr != NULL ? redis_ask(c, a, with_user, 3, deadline_ns, &answer)
                                : redis_ask(c, a, without, 2, deadline_ns, &answer));
        if (!redis_is(answer, REDIS_STATUS, STR("OK")))
            return ERR(UNAVAILABLE, "Redis does not take the user and password");
    }
    if (u->database != 0) {
        TRY(REDIS_ASK(c, a, deadline_ns, &answer, STR("SELECT"), str_format(a, "%u", u->database)));
        if (!redis_is(answer, REDIS_STATUS, STR("OK")))
            return ERR(UNAVAILABLE, "Redis does not have that database");
    }
    return OK;
}

static err prepare(struct redis_database *db, struct redis_pooled *p, struct arena *a,
                   const struct redis_address *address, uint64_t generation, uint64_t deadline_ns)
{
    struct redis_connection *c = &p->connection;
    if (c->reader != NULL && p->generation == generation && redis_is_quiet(c))
        return OK;
    redis_disconnect(c);
    TRY(redis_connect(c, address, deadline_ns));
    p->generation = generation;
    return redis_sign_in(db, c, a, deadline_ns);
}

struct redis_answer *redis_call(struct redis_database *db, struct arena *a, const str *arguments,
                                size_t count, uint64_t deadline_ns)
{
    struct redis_answer *answer = NULL;
    struct redis_address address;
    uint64_t generation;
    struct redis_pooled *p = borrow(db, deadline_ns, &address, &generation);
    if (p == NULL)
        return NULL;
    err e = prepare(db, p, a, &address, generation, deadline_ns);
    if (!failed(e))
        e = redis_ask(&p->connection, a, arguments, count, deadline_ns, &answer);
    if (failed(e))
        redis_disconnect(&p->connection);
    give_back(db, p);
    if (failed(e)) {
        redis_set_down(db, generation, e.text);
        return NULL;
    }
    heed(db, generation, answer);
    return answer;
}
