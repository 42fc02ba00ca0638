/* What nodes share, where there is one node: the shared cache, the rate counter and the message bus
 * in this process, each of fixed size. Also what Redis falls back on. */
#ifndef INFRASTRUCTURE_COORDINATION_MEMORY_H
#define INFRASTRUCTURE_COORDINATION_MEMORY_H

#include "application/services/rate_counter.h"
#include "application/services/shared_cache.h"
#include "infrastructure/bus_hub.h"

enum {
    CACHE_MEMORY_SIZE = 16 * 1024 * 1024, /* the default budget of a cache */
    CACHE_MEMORY_BUCKET_COUNT = 1024,
    RATE_SET_COUNT = 2048, /* of RATE_WAY_COUNT buckets that share a place */
    RATE_WAY_COUNT = 4
};

/* Least recently used goes first. */
struct cache_memory {
    struct shared_cache base;
    pthread_mutex_t lock;
    size_t size, size_max; /* of all entries, what it takes to keep them included */
    struct cache_entry *newest, *oldest;
    struct cache_entry **buckets;
};
/* size_max: bytes of all entries. */
void cache_memory_open(struct cache_memory *c, size_t size_max);
void cache_memory_close(struct cache_memory *c);
void cache_memory_clear(struct cache_memory *c);

/* Where places are wanting the fullest bucket goes, since it forgets the least. */
struct rate_memory {
    struct rate_counter base;
    pthread_mutex_t lock;
    unsigned char hash_key[16]; /* nobody can choose names that share a place */
    struct rate_place *places;
};
void rate_memory_open(struct rate_memory *r);
void rate_memory_close(struct rate_memory *r);
/* Puts one token back. */
void rate_memory_give_back(struct rate_memory *r, str name, struct rate_bucket bucket);

/* Its thread starts with the first who listens. */
struct bus_memory {
    struct message_bus base;
    struct bus_hub hub;
    pthread_mutex_t lock; /* of has_thread */
    pthread_t thread;
    bool has_thread, stopping;
};
/* Errors: UNAVAILABLE. */
err bus_memory_open(struct bus_memory *b);
void bus_memory_close(struct bus_memory *b);

#endif
