/* The metadata cache in this process: a table of fixed size with a budget of bytes; whoever shares
 * a slot takes it over, and what was not asked for longest makes room. */
#ifndef INFRASTRUCTURE_METADATA_MEMORY_H
#define INFRASTRUCTURE_METADATA_MEMORY_H

#include "application/services/metadata_cache.h"
#include "application/services/shared_cache.h"

#include <pthread.h>

enum {
    METADATA_SLOT_COUNT = 256,
    METADATA_ENTRY_SIZE_MAX = 4 * 1024 * 1024,
    METADATA_SIZE_MAX = 32 * 1024 * 1024, /* of all entries */
    METADATA_SHARED_SECONDS = 3600
};

struct metadata_slot {
    char tag[96];
    char *bytes;
    size_t size;
    bool is_packed, is_claimed;
    uint64_t used_ns;
};

struct metadata_memory {
    struct metadata_cache base;
    pthread_rwlock_t lock;
    size_t size;
    struct shared_cache *shared; /* packed entries for other nodes; NULL: there are none */
    struct metadata_slot slots[METADATA_SLOT_COUNT];
};

void metadata_memory_open(struct metadata_memory *m);
void metadata_memory_close(struct metadata_memory *m);

#endif
