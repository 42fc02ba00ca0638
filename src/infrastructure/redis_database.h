/* What the nodes of an installation share through Redis: the shared cache, the rate counter and the
 * message bus, each with its twin in this process.
 *
 * Nothing here fails for its callers and nothing waits longer than REDIS_COMMAND_MS. While Redis is
 * away (down, frozen, full, talking nonsense) the twins do the work: what is lost is speed, and
 * limits that hold over all nodes hold for each of them. One thread watches: it finds the server,
 * beats, listens, sends messages and alone decides when Redis is back; a call that fails only tells
 * that it is away.
 *
 * What comes from Redis is foreign. Values and messages are sealed with a key of the installation
 * (XChaCha20-Poly1305), so that one that was cut, changed, moved to another key or written by
 * somebody else is none; whoever reads Redis learns neither what was cached nor who asked. */
#ifndef INFRASTRUCTURE_REDIS_DATABASE_H
#define INFRASTRUCTURE_REDIS_DATABASE_H

#include "infrastructure/coordination_memory.h"
#include "infrastructure/redis/redis_connection.h"
#include "infrastructure/redis/redis_url.h"

enum {
    REDIS_POOL_SIZE = 16,
    REDIS_KEY_SIZE = 32,
    REDIS_BEAT_MS = 250,
    REDIS_RETRY_MS_MIN = 50,
    REDIS_RETRY_MS_MAX = 1000,
    REDIS_TWIN_CACHE_SIZE = 8 * 1024 * 1024
};

struct redis_pooled {
    struct redis_connection connection;
    uint64_t generation; /* of the database when it was connected */
    bool is_busy;
};

struct redis_database {
    struct shared_cache cache;
    struct rate_counter rates;
    struct message_bus bus;
    struct cache_memory cache_twin;
    struct rate_memory rates_twin;
    struct bus_hub hub;
    struct redis_url url;
    struct arena arena;
    unsigned char key[REDIS_KEY_SIZE];
    str prefix;      /* of every key: "gantry:" or "gantry:NAME:" */
    uint64_t origin; /* marks the messages of this process */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t returned;
    struct redis_pooled pool[REDIS_POOL_SIZE];
    struct redis_address address;
    uint64_t generation; /* one more each time it comes and goes */
    bool is_up, is_refusing;

    pthread_t thread; /* of what follows */
    bool has_thread, stopping;
    struct redis_connection speaker, subscriber;
    uint64_t spoke_ns, heard_ns; /* asked the subscriber for a sign, had one */
};

/* Does not wait for Redis to be there. secret: REDIS_KEY_SIZE bytes, the same on every node.
 * Errors: INVALID (the URL), UNAVAILABLE (no thread). */
err redis_database_open(struct redis_database *db, str url, const unsigned char *secret);
/* When nobody uses it any more. A zeroed or half-open one is fine. */
void redis_database_close(struct redis_database *db);
/* OK when Redis does its part now. Errors: UNAVAILABLE. */
err redis_database_health(struct redis_database *db);

#endif
