/* Copies in and out under a lock. */
#include "infrastructure/metadata_memory.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

static struct metadata_memory *self(struct metadata_cache *c)
{
    return container_of(c, struct metadata_memory, base);
}

static struct metadata_slot *slot_of(struct metadata_memory *m, str tag)
{
    return &m->slots[str_hash(tag) % METADATA_SLOT_COUNT];
}

static bool holds(const struct metadata_slot *slot, str tag)
{
    return slot->bytes != NULL && str_eq(str_of(slot->tag), tag);
}

static bool find(struct metadata_cache *c, struct arena *a, str tag, struct metadata_entry *out)
{
    struct metadata_memory *m = self(c);
    struct metadata_slot *slot = slot_of(m, tag);
    pthread_rwlock_rdlock(&m->lock);
    bool found = holds(slot, tag);
    if (found) {
        *out = (struct metadata_entry){.gzip = {arena_copy(a, slot->bytes, slot->size), slot->size},
                                       .is_packed = slot->is_packed,
                                       .is_claimed =
                                           __atomic_load_n(&slot->is_claimed, __ATOMIC_RELAXED)};
        __atomic_store_n(&slot->used_ns, monotonic_ns(), __ATOMIC_RELAXED);
    }
    pthread_rwlock_unlock(&m->lock);
    return found;
}

static bool claim(struct metadata_cache *c, str tag)
{
    struct metadata_memory *m = self(c);
    struct metadata_slot *slot = slot_of(m, tag);
    pthread_rwlock_rdlock(&m->lock);
    bool first =
        holds(slot, tag) && !__atomic_exchange_n(&slot->is_claimed, true, __ATOMIC_ACQ_REL);
    pthread_rwlock_unlock(&m->lock);
    return first;
}

/* With the lock. */
static void drop(struct metadata_memory *m, struct metadata_slot *slot)
{
    m->size -= slot->size;
    heap_free(slot->bytes);
    *slot = (struct metadata_slot){0};
}

static void drop_oldest(struct metadata_memory *m)
{
    struct metadata_slot *oldest = NULL;
    for (size_t i = 0; i < METADATA_SLOT_COUNT; i++) {
        struct metadata_slot *slot = &m->slots[i];
        if (slot->bytes != NULL && (oldest == NULL || slot->used_ns < oldest->used_ns))
            oldest = slot;
    }
    if (oldest != NULL)
        drop(m, oldest);
}

static void put(struct metadata_cache *c, str tag, str gzip, bool is_packed)
{
    struct metadata_memory *m = self(c);
    struct metadata_slot *slot = slot_of(m, tag);
    if (gzip.len > METADATA_ENTRY_SIZE_MAX || tag.len >= sizeof slot->tag)
        return;
    char *bytes = heap_alloc(gzip.len);
    memcpy(bytes, gzip.ptr, gzip.len);
    pthread_rwlock_wrlock(&m->lock);
    drop(m, slot);
    while (m->size + gzip.len > METADATA_SIZE_MAX)
        drop_oldest(m);
    *slot = (struct metadata_slot){.bytes = bytes,
                                   .size = gzip.len,
                                   .is_packed = is_packed,
                                   .is_claimed = is_packed,
                                   .used_ns = monotonic_ns()};
    memcpy(slot->tag, tag.ptr, tag.len);
    m->size += gzip.len;
    pthread_rwlock_unlock(&m->lock);
}

static void put_and_share(struct metadata_cache *c, str tag, str gzip, bool is_packed)
{
    struct metadata_memory *m = self(c);
    put(c, tag, gzip, is_packed);
    if (is_packed && m->shared != NULL)
        shared_cache_put(m->shared, tag, gzip, METADATA_SHARED_SECONDS);
}

static bool fetch(struct metadata_cache *c, struct arena *a, str tag, struct metadata_entry *out)
{
    struct metadata_memory *m = self(c);
    str gzip;
    if (m->shared == NULL || !shared_cache_get(m->shared, a, tag, &gzip))
        return false;
    put(c, tag, gzip, true);
    *out = (struct metadata_entry){.gzip = gzip, .is_packed = true, .is_claimed = true};
    return true;
}

static const struct metadata_cache_ops memory_ops = {
    .find = find, .fetch = fetch, .claim = claim, .put = put_and_share};

void metadata_memory_open(struct metadata_memory *m)
{
    *m = (struct metadata_memory){.base = {&memory_ops}};
    pthread_rwlock_init(&m->lock, NULL);
}

void metadata_memory_close(struct metadata_memory *m)
{
    if (m->base.ops == NULL)
        return;
    for (size_t i = 0; i < METADATA_SLOT_COUNT; i++)
        heap_free(m->slots[i].bytes);
    pthread_rwlock_destroy(&m->lock);
    *m = (struct metadata_memory){0};
}
