/* The principal cache in this process: a table of fixed size, replaced by chance of position. */
#ifndef INFRASTRUCTURE_PRINCIPAL_MEMORY_H
#define INFRASTRUCTURE_PRINCIPAL_MEMORY_H

#include "application/services/principal_cache.h"

#include <pthread.h>

enum { PRINCIPAL_SLOT_COUNT = 4096, PRINCIPAL_ENDED_COUNT = 4096 };

struct principal_slot {
    unsigned char digest[32]; /* of the token */
    struct principal principal;
    instant cached_at;
};

struct ended {
    uuid session_id; /* or */
    int64_t user_key;
    instant at;
};

struct principal_memory {
    struct principal_cache base;
    pthread_rwlock_t lock;
    struct principal_slot *slots;
    struct ended *ended; /* a ring: what ended lately */
    size_t ended_next;
};

void principal_memory_open(struct principal_memory *p);
void principal_memory_close(struct principal_memory *p);

#endif
