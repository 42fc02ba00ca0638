/* Which node does what only one of them may do. A thread holds a lease in the database and renews
 * it; whoever asks is told from memory. A node that cannot renew it in time leads no more before
 * somebody else can begin to: between the two lies a margin for clocks that differ. */
#ifndef INFRASTRUCTURE_LEADERSHIP_H
#define INFRASTRUCTURE_LEADERSHIP_H

#include "infrastructure/db_context.h"

#include <pthread.h>

enum {
    LEADERSHIP_SECONDS = 30, /* of the lease: what a leader that dies leaves undone for so long */
    LEADERSHIP_RENEWAL_MS = 10000,
    LEADERSHIP_MARGIN_SECONDS = 10 /* by which the clocks of nodes may differ */
};

struct leadership {
    struct db_context *db;
    struct clock *clock;
    str name; /* of the lease */
    uuid holder;
    uint64_t leads_until_ns; /* 0: does not lead */
    int64_t token;
    bool is_common; /* others hold it too */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool has_thread, stopping;
};

/* name lives as long. Returns when it has asked for the lease once. holder: unset for one of its
 * own; nodes that give the same one hold the lease together. Errors: UNAVAILABLE (no thread). */
err leadership_open(struct leadership *l, struct db_context *db, struct clock *clock, str name,
                    uuid holder);
/* Gives the lease back, so that another node need not wait for its end; not one held together. */
void leadership_close(struct leadership *l);

/* False for one that is not open. */
bool leadership_leads(struct leadership *l);
/* Asks now instead of in its turn. */
void leadership_ask(struct leadership *l);

#endif
