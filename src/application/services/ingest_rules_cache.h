/* What an organization has laid down for whatever it stores, as it was less than INGEST_RULES_MS
 * ago, so that storing an instance need not ask for it. Whoever brings in what was stored before an
 * attribute was added waits for longer than that before it begins: see build_indexed_attributes. */
#ifndef APPLICATION_SERVICES_INGEST_RULES_CACHE_H
#define APPLICATION_SERVICES_INGEST_RULES_CACHE_H

#include "dicom/attribute_path.h"
#include "domain/entities/indexed_attribute.h"

enum { INGEST_RULES_MS = 1000 };

struct listed_attribute {
    int64_t key;
    struct attribute_path path;
};
struct attribute_list {
    size_t count;
    struct listed_attribute at[INDEXED_ATTRIBUTE_COUNT_MAX];
};
struct ingest_rules {
    bool has_quota;
    struct attribute_list attributes;
};

struct ingest_rules_cache;
struct ingest_rules_cache_ops {
    bool (*find)(struct ingest_rules_cache *c, int64_t organization_key, struct ingest_rules *out);
    void (*put)(struct ingest_rules_cache *c, int64_t organization_key,
                const struct ingest_rules *rules, uint64_t read_ns);
};
struct ingest_rules_cache {
    const struct ingest_rules_cache_ops *ops;
};

static inline bool ingest_rules_cache_find(struct ingest_rules_cache *c, int64_t organization_key,
                                           struct ingest_rules *out)
{
    return c->ops->find(c, organization_key, out);
}
/* read_ns: monotonic_ns before they were read. */
static inline void ingest_rules_cache_put(struct ingest_rules_cache *c, int64_t organization_key,
                                          const struct ingest_rules *rules, uint64_t read_ns)
{
    c->ops->put(c, organization_key, rules, read_ns);
}

#endif
