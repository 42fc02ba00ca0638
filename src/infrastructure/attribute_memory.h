/* The attribute cache in this process: whoever shares a slot takes it over. */
#ifndef INFRASTRUCTURE_ATTRIBUTE_MEMORY_H
#define INFRASTRUCTURE_ATTRIBUTE_MEMORY_H

#include "application/services/attribute_cache.h"

#include <pthread.h>

enum { ATTRIBUTE_SLOT_COUNT = 16 };

struct attribute_slot {
    int64_t organization_key;
    uint64_t read_ns;
    struct attribute_list list;
};

struct attribute_memory {
    struct attribute_cache base;
    pthread_mutex_t lock;
    struct attribute_slot slots[ATTRIBUTE_SLOT_COUNT];
};

void attribute_memory_open(struct attribute_memory *m);
void attribute_memory_close(struct attribute_memory *m);

#endif
