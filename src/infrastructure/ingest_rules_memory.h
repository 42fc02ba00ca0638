/* The rules of ingest in this process: whoever shares a slot takes it over. */
#ifndef INFRASTRUCTURE_INGEST_RULES_MEMORY_H
#define INFRASTRUCTURE_INGEST_RULES_MEMORY_H

#include "application/services/ingest_rules_cache.h"

#include <pthread.h>

enum { INGEST_RULES_SLOT_COUNT = 16 };

struct ingest_rules_slot {
    int64_t organization_key;
    uint64_t read_ns;
    struct ingest_rules rules;
};

struct ingest_rules_memory {
    struct ingest_rules_cache base;
    pthread_mutex_t lock;
    struct ingest_rules_slot slots[INGEST_RULES_SLOT_COUNT];
};

void ingest_rules_memory_open(struct ingest_rules_memory *m);
void ingest_rules_memory_close(struct ingest_rules_memory *m);

#endif
