/* Joined metadata of series and studies, remembered by entity tag: the tag names one state of one
 * entity, so an entry is never wrong, only old.
 *
 * What is joined of instances that were compressed one by one is quick to make and ten times as
 * long as it need be. An entry that is asked for again is worth compressing as a whole, once. */
#ifndef APPLICATION_SERVICES_METADATA_CACHE_H
#define APPLICATION_SERVICES_METADATA_CACHE_H

#include "base/str.h"

struct metadata_entry {
    str gzip;
    bool is_packed;  /* compressed as a whole */
    bool is_claimed; /* or somebody is about it */
};

struct metadata_cache;
struct metadata_cache_ops {
    bool (*find)(struct metadata_cache *c, struct arena *a, str tag, struct metadata_entry *out);
    bool (*fetch)(struct metadata_cache *c, struct arena *a, str tag, struct metadata_entry *out);
    bool (*claim)(struct metadata_cache *c, str tag);
    void (*put)(struct metadata_cache *c, str tag, str gzip, bool is_packed);
};
struct metadata_cache {
    const struct metadata_cache_ops *ops;
};

/* A copy in a; false when it is not there. */
static inline bool metadata_cache_find(struct metadata_cache *c, struct arena *a, str tag,
                                       struct metadata_entry *out)
{
    return c->ops->find(c, a, tag, out);
}
/* What find does not have may be known to other nodes: then it is packed, and found from now on.
 * May wait for them. */
static inline bool metadata_cache_fetch(struct metadata_cache *c, struct arena *a, str tag,
                                        struct metadata_entry *out)
{
    return c->ops->fetch(c, a, tag, out);
}
/* True for one caller: the one who will put it packed. */
static inline bool metadata_cache_claim(struct metadata_cache *c, str tag)
{
    return c->ops->claim(c, tag);
}
/* May keep a copy. */
static inline void metadata_cache_put(struct metadata_cache *c, str tag, str gzip, bool is_packed)
{
    c->ops->put(c, tag, gzip, is_packed);
}

#endif
