/* What the nodes of an installation remember together: bytes by key, for a time. It costs speed
 * when an entry is lost, and entries are lost at any time.
 *
 * A key names one content for good (an entity tag, a hash): nothing may be put whose validity ends
 * before its time to live, because nobody can be relied on to tell the others. */
#ifndef APPLICATION_SERVICES_SHARED_CACHE_H
#define APPLICATION_SERVICES_SHARED_CACHE_H

#include "base/str.h"

enum {
    SHARED_CACHE_KEY_SIZE_MAX = 128,
    SHARED_CACHE_VALUE_SIZE_MAX = 4 * 1024 * 1024,
    SHARED_CACHE_SECONDS_MAX = 24 * 3600
};

struct shared_cache;
struct shared_cache_ops {
    bool (*get)(struct shared_cache *c, struct arena *a, str key, str *out);
    void (*put)(struct shared_cache *c, str key, str value, unsigned seconds);
    void (*remove)(struct shared_cache *c, str key);
};
struct shared_cache {
    const struct shared_cache_ops *ops;
};

/* A copy in a; false when it is not there. May wait for the network: not on an I/O loop. */
static inline bool shared_cache_get(struct shared_cache *c, struct arena *a, str key, str *out)
{
    return c->ops->get(c, a, key, out);
}
/* May keep a copy for so many seconds (1 to SHARED_CACHE_SECONDS_MAX). What is longer than the
 * limits is not kept. May wait. */
static inline void shared_cache_put(struct shared_cache *c, str key, str value, unsigned seconds)
{
    c->ops->put(c, key, value, seconds);
}
/* Frees its room; no more than that, since it may be lost. May wait. */
static inline void shared_cache_remove(struct shared_cache *c, str key)
{
    c->ops->remove(c, key);
}

static inline bool shared_cache_takes(str key, str value, unsigned seconds)
{
    return key.len != 0 && key.len <= SHARED_CACHE_KEY_SIZE_MAX &&
           value.len <= SHARED_CACHE_VALUE_SIZE_MAX && seconds != 0 &&
           seconds <= SHARED_CACHE_SECONDS_MAX;
}

#endif
