/* Joined metadata of series and studies, remembered by entity tag: the tag names one state of one
 * entity, so an entry is never wrong, only old. */
#ifndef APPLICATION_SERVICES_METADATA_CACHE_H
#define APPLICATION_SERVICES_METADATA_CACHE_H

#include "base/str.h"

struct metadata_cache;
struct metadata_cache_ops {
    bool (*find)(struct metadata_cache *c, struct arena *a, str tag, str *out);
    void (*put)(struct metadata_cache *c, str tag, str gzip);
};
struct metadata_cache {
    const struct metadata_cache_ops *ops;
};

/* A copy in a; false when it is not there. */
static inline bool metadata_cache_find(struct metadata_cache *c, struct arena *a, str tag, str *out)
{
    return c->ops->find(c, a, tag, out);
}
/* May keep a copy. */
static inline void metadata_cache_put(struct metadata_cache *c, str tag, str gzip)
{
    c->ops->put(c, tag, gzip);
}

#endif
