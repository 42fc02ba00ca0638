/* A hash table with a list by use, a table of buckets, a queue with a thread. */
#include "infrastructure/coordination_memory.h"

#include "base/arena.h"
#include "base/clock.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>

struct cache_entry {
    struct cache_entry *newer, *older, *next; /* next of the same bucket */
    uint64_t expires_ns;
    size_t key_size, value_size;
    char bytes[]; /* key, value */
};

static struct cache_memory *cache_self(struct shared_cache *c)
{
    return container_of(c, struct cache_memory, base);
}

static struct cache_entry **cache_place(struct cache_memory *c, str key)
{
    struct cache_entry **at = &c->buckets[str_hash(key) % CACHE_MEMORY_BUCKET_COUNT];
    while (*at != NULL && !str_eq((str){(*at)->bytes, (*at)->key_size}, key))
        at = &(*at)->next;
    return at;
}

static size_t cost_of(const struct cache_entry *e)
{
    return sizeof *e + e->key_size + e->value_size;
}

static void cache_unlink(struct cache_memory *c, struct cache_entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void cache_link(struct cache_memory *c, struct cache_entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void cache_drop(struct cache_memory *c, struct cache_entry **place)
{
    struct cache_entry *e = *place;
    *place = e->next;
    cache_unlink(c, e);
    c->size -= cost_of(e);
    heap_free(e);
}

static void cache_drop_oldest(struct cache_memory *c)
{
    cache_drop(c, cache_place(c, (str){c->oldest->bytes, c->oldest->key_size}));
}

static bool cache_get(struct shared_cache *base, struct arena *a, str key, str *out)
{
    struct cache_memory *c = cache_self(base);
    pthread_mutex_lock(&c->lock);
    struct cache_entry **place = cache_place(c, key), *e = *place;
    bool found = e != NULL && e->expires_ns > monotonic_ns();
    if (found) {
        cache_unlink(c, e);
        cache_link(c, e);
        *out = (str){arena_copy(a, e->bytes + e->key_size, e->value_size), e->value_size};
    } else if (e != NULL) {
        cache_drop(c, place);
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

static void cache_put(struct shared_cache *base, str key, str value, unsigned seconds)
{
    struct cache_memory *c = cache_self(base);
    if (!shared_cache_takes(key, value, seconds) ||
        sizeof(struct cache_entry) + key.len + value.len > c->size_max)
        return;
    struct cache_entry *e = heap_alloc_raw(sizeof *e + key.len + value.len);
    *e = (struct cache_entry){.expires_ns = monotonic_ns() + seconds * (uint64_t)1000000000u,
                              .key_size = key.len,
                              .value_size = value.len};
    memcpy(e->bytes, key.ptr, key.len);
    if (value.len != 0)
        memcpy(e->bytes + key.len, value.ptr, value.len);
    pthread_mutex_lock(&c->lock);
    struct cache_entry **place = cache_place(c, key);
    if (*place != NULL)
        cache_drop(c, place);
    while (c->size + cost_of(e) > c->size_max)
        cache_drop_oldest(c);
    place = cache_place(c, key);
    *place = e;
    cache_link(c, e);
    c->size += cost_of(e);
    pthread_mutex_unlock(&c->lock);
}

static void cache_remove(struct shared_cache *base, str key)
{
    struct cache_memory *c = cache_self(base);
    pthread_mutex_lock(&c->lock);
    struct cache_entry **place = cache_place(c, key);
    if (*place != NULL)
        cache_drop(c, place);
    pthread_mutex_unlock(&c->lock);
}

static const struct shared_cache_ops cache_ops = {
    .get = cache_get, .put = cache_put, .remove = cache_remove};

void cache_memory_open(struct cache_memory *c, size_t size_max)
{
    *c = (struct cache_memory){.base = {&cache_ops}, .size_max = size_max};
    pthread_mutex_init(&c->lock, NULL);
    c->buckets = heap_alloc_array(CACHE_MEMORY_BUCKET_COUNT, sizeof(struct cache_entry *));
}

void cache_memory_clear(struct cache_memory *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->oldest != NULL)
        cache_drop_oldest(c);
    pthread_mutex_unlock(&c->lock);
}

void cache_memory_close(struct cache_memory *c)
{
    if (c->base.ops == NULL)
        return;
    cache_memory_clear(c);
    heap_free(c->buckets);
    pthread_mutex_destroy(&c->lock);
    *c = (struct cache_memory){0};
}

struct rate_place {
    uint64_t hash;
    struct rate_bucket bucket;
    double tokens;
    uint64_t at_ns; /* 0: free */
};

static struct rate_memory *rate_self(struct rate_counter *c)
{
    return container_of(c, struct rate_memory, base);
}

static void refill(struct rate_place *p, uint64_t now)
{
    p->tokens += (double)(now - p->at_ns) / 60e9 * p->bucket.per_minute;
    if (p->tokens > p->bucket.capacity)
        p->tokens = p->bucket.capacity;
    p->at_ns = now;
}

static double fullness(const struct rate_place *p)
{
    return p->at_ns == 0 ? 2 : p->tokens / p->bucket.capacity;
}

/* With the lock: the bucket's place with what it has now. */
static struct rate_place *rate_place(struct rate_memory *r, str name, struct rate_bucket bucket)
{
    uint64_t hash, now = monotonic_ns();
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)name.ptr, name.len,
                     r->hash_key);
    struct rate_place *set = &r->places[hash % RATE_SET_COUNT * RATE_WAY_COUNT], *fullest = set;
    for (size_t i = 0; i < RATE_WAY_COUNT; i++) {
        struct rate_place *p = &set[i];
        if (p->at_ns != 0)
            refill(p, now);
        if (p->at_ns != 0 && p->hash == hash && p->bucket.capacity == bucket.capacity &&
            p->bucket.per_minute == bucket.per_minute)
            return p;
        if (fullness(p) > fullness(fullest))
            fullest = p;
    }
    *fullest = (struct rate_place){hash, bucket, bucket.capacity, now};
    return fullest;
}

static bool rate_take(struct rate_counter *base, str name, struct rate_bucket bucket,
                      bool must_not_wait, struct rate_taken *out)
{
    struct rate_memory *r = rate_self(base);
    (void)must_not_wait;
    pthread_mutex_lock(&r->lock);
    struct rate_place *p = rate_place(r, name, bucket);
    bool is_allowed = p->tokens >= 1;
    if (is_allowed)
        p->tokens -= 1;
    double tokens = p->tokens;
    pthread_mutex_unlock(&r->lock);
    *out = (struct rate_taken){.is_allowed = is_allowed, .remaining = (uint32_t)tokens};
    if (!is_allowed)
        out->retry_seconds = (uint32_t)((1 - tokens) * 60 / bucket.per_minute) + 1;
    return true;
}

void rate_memory_give_back(struct rate_memory *r, str name, struct rate_bucket bucket)
{
    pthread_mutex_lock(&r->lock);
    struct rate_place *p = rate_place(r, name, bucket);
    p->tokens = p->tokens + 1 < bucket.capacity ? p->tokens + 1 : bucket.capacity;
    pthread_mutex_unlock(&r->lock);
}

static const struct rate_counter_ops rate_ops = {.take = rate_take};

void rate_memory_open(struct rate_memory *r)
{
    *r = (struct rate_memory){.base = {&rate_ops}};
    pthread_mutex_init(&r->lock, NULL);
    if (sodium_init() < 0)
        abort();
    randombytes_buf(r->hash_key, sizeof r->hash_key);
    r->places = heap_alloc_array((size_t)RATE_SET_COUNT * RATE_WAY_COUNT, sizeof *r->places);
}

void rate_memory_close(struct rate_memory *r)
{
    if (r->base.ops == NULL)
        return;
    heap_free(r->places);
    pthread_mutex_destroy(&r->lock);
    *r = (struct rate_memory){0};
}

static struct bus_memory *bus_self(struct message_bus *b)
{
    return container_of(b, struct bus_memory, base);
}

static void *bus_work(void *argument)
{
    struct bus_memory *b = argument;
    struct bus_message message;
    while (!__atomic_load_n(&b->stopping, __ATOMIC_ACQUIRE)) {
        struct pollfd wake = {.fd = b->hub.wake_fd, .events = POLLIN};
        if (poll(&wake, 1, bus_hub_wait_ms(&b->hub, 60000)) > 0)
            bus_hub_hush(&b->hub);
        while (bus_hub_take(&b->hub, &message))
            bus_hub_tell(&b->hub, (str){message.channel, message.channel_size},
                         (str){message.payload, message.payload_size});
    }
    return NULL;
}

static void bus_publish(struct message_bus *base, str channel, str payload)
{
    struct bus_memory *b = bus_self(base);
    if (__atomic_load_n(&b->has_thread, __ATOMIC_ACQUIRE))
        bus_hub_put(&b->hub, channel, payload);
}

static err bus_subscribe(struct message_bus *base, str channel, struct message_listener *listener)
{
    struct bus_memory *b = bus_self(base);
    TRY(bus_hub_subscribe(&b->hub, channel, listener));
    pthread_mutex_lock(&b->lock);
    bool runs = b->has_thread || pthread_create(&b->thread, NULL, bus_work, b) == 0;
    __atomic_store_n(&b->has_thread, runs, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&b->lock);
    return runs ? OK : ERR(UNAVAILABLE, "the message bus does not start");
}

static void bus_unsubscribe(struct message_bus *base, struct message_listener *listener)
{
    bus_hub_unsubscribe(&bus_self(base)->hub, listener);
}

static const struct message_bus_ops bus_ops = {
    .publish = bus_publish, .subscribe = bus_subscribe, .unsubscribe = bus_unsubscribe};

err bus_memory_open(struct bus_memory *b)
{
    *b = (struct bus_memory){.base = {&bus_ops}};
    pthread_mutex_init(&b->lock, NULL);
    return bus_hub_open(&b->hub);
}

void bus_memory_close(struct bus_memory *b)
{
    if (b->base.ops == NULL)
        return;
    __atomic_store_n(&b->stopping, true, __ATOMIC_RELEASE);
    bus_hub_wake(&b->hub);
    if (b->has_thread)
        pthread_join(b->thread, NULL);
    bus_hub_close(&b->hub);
    pthread_mutex_destroy(&b->lock);
    *b = (struct bus_memory){0};
}
