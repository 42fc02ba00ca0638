/* Slots under one lock, which is held for a copy. */
#include "infrastructure/attribute_memory.h"

#include "base/clock.h"
#include "base/err.h"

static struct attribute_memory *self(struct attribute_cache *c)
{
    return container_of(c, struct attribute_memory, base);
}

static struct attribute_slot *slot_of(struct attribute_memory *m, int64_t organization_key)
{
    return &m->slots[(uint64_t)organization_key % ATTRIBUTE_SLOT_COUNT];
}

static void copy_list(struct attribute_list *to, const struct attribute_list *from)
{
    to->count = from->count;
    memcpy(to->at, from->at, from->count * sizeof from->at[0]);
}

static bool find(struct attribute_cache *c, int64_t organization_key, struct attribute_list *out)
{
    struct attribute_memory *m = self(c);
    pthread_mutex_lock(&m->lock);
    const struct attribute_slot *slot = slot_of(m, organization_key);
    bool is_known = slot->organization_key == organization_key &&
                    monotonic_ns() - slot->read_ns < ATTRIBUTE_LIST_MS * UINT64_C(1000000);
    if (is_known)
        copy_list(out, &slot->list);
    pthread_mutex_unlock(&m->lock);
    return is_known;
}

static void put(struct attribute_cache *c, int64_t organization_key,
                const struct attribute_list *list, uint64_t read_ns)
{
    struct attribute_memory *m = self(c);
    pthread_mutex_lock(&m->lock);
    struct attribute_slot *slot = slot_of(m, organization_key);
    if (slot->organization_key != organization_key || slot->read_ns < read_ns) {
        slot->organization_key = organization_key;
        slot->read_ns = read_ns;
        copy_list(&slot->list, list);
    }
    pthread_mutex_unlock(&m->lock);
}

void attribute_memory_open(struct attribute_memory *m)
{
    static const struct attribute_cache_ops ops = {.find = find, .put = put};
    *m = (struct attribute_memory){.base = {&ops}};
    pthread_mutex_init(&m->lock, NULL);
}

void attribute_memory_close(struct attribute_memory *m)
{
    if (m->base.ops == NULL)
        return;
    pthread_mutex_destroy(&m->lock);
    *m = (struct attribute_memory){0};
}
