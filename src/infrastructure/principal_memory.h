/* The principal cache in this process: a table of fixed size, replaced by chance of position.
 *
 * What it holds is trusted for PRINCIPAL_TRUST_MS, so that what another process ends is known here
 * within a second though nobody tells. Those who share a bus tell each other, and know at once. */
#ifndef INFRASTRUCTURE_PRINCIPAL_MEMORY_H
#define INFRASTRUCTURE_PRINCIPAL_MEMORY_H

#include "application/services/message_bus.h"
#include "application/services/principal_cache.h"

#include <pthread.h>

enum {
    PRINCIPAL_SLOT_COUNT = 4096,
    PRINCIPAL_ENDED_COUNT = 4096,
    PRINCIPAL_TOLD_COUNT = 64,
    PRINCIPAL_TRUST_MS = 900,
    PRINCIPAL_DOUBT_MS = 1000 /* a command tells before it commits */
};

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

/* Others say it is ending: until then the database is asked every time. A word that is not true
 * costs no more than that. */
struct told {
    uuid session_id; /* or */
    int64_t user_key;
    uint64_t until_ns;
};

struct principal_memory {
    struct principal_cache base;
    pthread_rwlock_t lock;
    struct principal_slot *slots;
    struct ended *ended; /* a ring: what ended lately */
    size_t ended_next;
    struct told told[PRINCIPAL_TOLD_COUNT];
    size_t told_next;
    uint64_t told_until_ns;  /* of all */
    struct message_bus *bus; /* NULL: alone */
    struct message_listener listener;
};

void principal_memory_open(struct principal_memory *p);
/* Tells and hears from now on. Errors: UNAVAILABLE. */
err principal_memory_share(struct principal_memory *p, struct message_bus *bus);
void principal_memory_unshare(struct principal_memory *p);
void principal_memory_close(struct principal_memory *p);

#endif
