/* The metadata cache in this process: a table of fixed size; whoever shares a slot takes it over.
 */
#ifndef INFRASTRUCTURE_METADATA_MEMORY_H
#define INFRASTRUCTURE_METADATA_MEMORY_H

#include "application/services/metadata_cache.h"

#include <pthread.h>

enum {
    METADATA_SLOT_COUNT = 64,
    METADATA_ENTRY_SIZE_MAX = 256 * 1024 /* 64 slots of that are 16 MiB at most */
};

struct metadata_slot {
    char tag[96];
    char *bytes;
    size_t size;
};

struct metadata_memory {
    struct metadata_cache base;
    pthread_rwlock_t lock;
    struct metadata_slot slots[METADATA_SLOT_COUNT];
};

void metadata_memory_open(struct metadata_memory *m);
void metadata_memory_close(struct metadata_memory *m);

#endif
