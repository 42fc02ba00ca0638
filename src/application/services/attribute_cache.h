/* The indexed attributes of an organization as they were less than ATTRIBUTE_LIST_MS ago, so that
 * storing an instance need not ask for them. Whoever brings in what was stored before an attribute
 * was added waits for longer than that before it begins: see build_indexed_attributes. */
#ifndef APPLICATION_SERVICES_ATTRIBUTE_CACHE_H
#define APPLICATION_SERVICES_ATTRIBUTE_CACHE_H

#include "dicom/attribute_path.h"
#include "domain/entities/indexed_attribute.h"

enum { ATTRIBUTE_LIST_MS = 1000 };

struct listed_attribute {
    int64_t key;
    struct attribute_path path;
};
struct attribute_list {
    size_t count;
    struct listed_attribute at[INDEXED_ATTRIBUTE_COUNT_MAX];
};

struct attribute_cache;
struct attribute_cache_ops {
    bool (*find)(struct attribute_cache *c, int64_t organization_key, struct attribute_list *out);
    void (*put)(struct attribute_cache *c, int64_t organization_key,
                const struct attribute_list *list, uint64_t read_ns);
};
struct attribute_cache {
    const struct attribute_cache_ops *ops;
};

static inline bool attribute_cache_find(struct attribute_cache *c, int64_t organization_key,
                                        struct attribute_list *out)
{
    return c->ops->find(c, organization_key, out);
}
/* read_ns: monotonic_ns before the list was read. */
static inline void attribute_cache_put(struct attribute_cache *c, int64_t organization_key,
                                       const struct attribute_list *list, uint64_t read_ns)
{
    c->ops->put(c, organization_key, list, read_ns);
}

#endif
