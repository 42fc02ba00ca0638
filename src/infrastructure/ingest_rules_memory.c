/* Slots under one lock, which is held for a copy. */
#include "infrastructure/ingest_rules_memory.h"

#include "base/clock.h"
#include "base/err.h"

static struct ingest_rules_memory *self(struct ingest_rules_cache *c)
{
    return container_of(c, struct ingest_rules_memory, base);
}

static struct ingest_rules_slot *slot_of(struct ingest_rules_memory *m, int64_t organization_key)
{
    return &m->slots[(uint64_t)organization_key % INGEST_RULES_SLOT_COUNT];
}

/* Without the places that no attribute takes. */
static void copy_rules(struct ingest_rules *to, const struct ingest_rules *from)
{
    to->has_quota = from->has_quota;
    to->attributes.count = from->attributes.count;
    memcpy(to->attributes.at, from->attributes.at,
           from->attributes.count * sizeof from->attributes.at[0]);
}

static bool find(struct ingest_rules_cache *c, int64_t organization_key, struct ingest_rules *out)
{
    struct ingest_rules_memory *m = self(c);
    pthread_mutex_lock(&m->lock);
    const struct ingest_rules_slot *slot = slot_of(m, organization_key);
    bool is_known = slot->organization_key == organization_key &&
                    monotonic_ns() - slot->read_ns < INGEST_RULES_MS * UINT64_C(1000000);
    if (is_known)
        copy_rules(out, &slot->rules);
    pthread_mutex_unlock(&m->lock);
    return is_known;
}

static void put(struct ingest_rules_cache *c, int64_t organization_key,
                const struct ingest_rules *rules, uint64_t read_ns)
{
    struct ingest_rules_memory *m = self(c);
    pthread_mutex_lock(&m->lock);
    struct ingest_rules_slot *slot = slot_of(m, organization_key);
    if (slot->organization_key != organization_key || slot->read_ns < read_ns) {
        slot->organization_key = organization_key;
        slot->read_ns = read_ns;
        copy_rules(&slot->rules, rules);
    }
    pthread_mutex_unlock(&m->lock);
}

void ingest_rules_memory_open(struct ingest_rules_memory *m)
{
    static const struct ingest_rules_cache_ops ops = {.find = find, .put = put};
    *m = (struct ingest_rules_memory){.base = {&ops}};
    pthread_mutex_init(&m->lock, NULL);
}

void ingest_rules_memory_close(struct ingest_rules_memory *m)
{
    if (m->base.ops == NULL)
        return;
    pthread_mutex_destroy(&m->lock);
    *m = (struct ingest_rules_memory){0};
}
