/* A table of small sets; in a full one the newcomer takes the place of whoever is next. */
#include "presentation/object_checksums.h"

#include "base/arena.h"

#include <pthread.h>

enum { SET_SIZE = 8, SET_COUNT = OBJECT_CHECKSUM_COUNT / SET_SIZE, KEY_SIZE = 32 };

struct checksum {
    char key[KEY_SIZE]; /* half of the name: 128 bits of a SHA-256; zeros: free */
    uint32_t crc;
};
struct object_checksums {
    pthread_mutex_t lock;
    size_t next; /* place in a full set */
    struct checksum sets[SET_COUNT][SET_SIZE];
};

struct object_checksums *object_checksums_create(void)
{
    struct object_checksums *c = heap_alloc(sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void object_checksums_destroy(struct object_checksums *c)
{
    if (c == NULL)
        return;
    pthread_mutex_destroy(&c->lock);
    heap_free(c);
}

/* With the lock. The place of the name, or NULL. */
static struct checksum *find(struct checksum *set, str name)
{
    for (size_t i = 0; i < SET_SIZE; i++)
        if (memcmp(set[i].key, name.ptr, KEY_SIZE) == 0)
            return &set[i];
    return NULL;
}

bool object_checksums_find(struct object_checksums *c, str object_name, uint32_t *out)
{
    if (object_name.len < KEY_SIZE)
        return false;
    pthread_mutex_lock(&c->lock);
    struct checksum *found = find(c->sets[str_hash(object_name) % SET_COUNT], object_name);
    if (found != NULL)
        *out = found->crc;
    pthread_mutex_unlock(&c->lock);
    return found != NULL;
}

void object_checksums_put(struct object_checksums *c, str object_name, uint32_t crc)
{
    static const char none[KEY_SIZE];
    if (object_name.len < KEY_SIZE)
        return;
    pthread_mutex_lock(&c->lock);
    struct checksum *set = c->sets[str_hash(object_name) % SET_COUNT],
                    *place = find(set, object_name);
    for (size_t i = 0; place == NULL && i < SET_SIZE; i++)
        if (memcmp(set[i].key, none, KEY_SIZE) == 0)
            place = &set[i];
    if (place == NULL)
        place = &set[c->next++ % SET_SIZE];
    memcpy(place->key, object_name.ptr, KEY_SIZE);
    place->crc = crc;
    pthread_mutex_unlock(&c->lock);
}
