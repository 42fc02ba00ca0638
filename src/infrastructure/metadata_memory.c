/* Copies in and out under a lock. */
#include "infrastructure/metadata_memory.h"

#include "base/arena.h"
#include "base/err.h"

static struct metadata_slot *slot_of(struct metadata_memory *m, str tag)
{
    return &m->slots[str_hash(tag) % METADATA_SLOT_COUNT];
}

static bool find(struct metadata_cache *c, struct arena *a, str tag, str *out)
{
    struct metadata_memory *m = container_of(c, struct metadata_memory, base);
    struct metadata_slot *slot = slot_of(m, tag);
    pthread_rwlock_rdlock(&m->lock);
    bool found = slot->bytes != NULL && str_eq(str_of(slot->tag), tag);
    if (found)
        *out = (str){arena_copy(a, slot->bytes, slot->size), slot->size};
    pthread_rwlock_unlock(&m->lock);
    return found;
}

static void put(struct metadata_cache *c, str tag, str gzip)
{
    struct metadata_memory *m = container_of(c, struct metadata_memory, base);
    struct metadata_slot *slot = slot_of(m, tag);
    if (gzip.len > METADATA_ENTRY_SIZE_MAX || tag.len >= sizeof slot->tag)
        return;
    char *bytes = heap_alloc(gzip.len);
    memcpy(bytes, gzip.ptr, gzip.len);
    pthread_rwlock_wrlock(&m->lock);
    heap_free(slot->bytes);
    slot->bytes = bytes;
    slot->size = gzip.len;
    memcpy(slot->tag, tag.ptr, tag.len);
    slot->tag[tag.len] = '\0';
    pthread_rwlock_unlock(&m->lock);
}

static const struct metadata_cache_ops memory_ops = {.find = find, .put = put};

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
