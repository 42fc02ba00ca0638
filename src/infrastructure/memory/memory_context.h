/* The database in memory behind struct db_context: the twin of the real ones, for tests of handlers
 * and for the contract that all of them keep. Nothing survives it, nothing in it fails.
 *
 * A committed state is never changed. A unit of work takes the turn with its first write, works on
 * a copy of the newest state and puts it in its place when it commits; whoever reads an older state
 * goes on reading it. Rows and texts stay until the context ends, so it grows with every write. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_CONTEXT_H
#define INFRASTRUCTURE_MEMORY_MEMORY_CONTEXT_H

#include "base/arena.h"
#include "infrastructure/db_context.h"

#include <pthread.h>

struct memory_state;

struct memory_context {
    struct db_context base;
    struct arena arena;   /* of all rows and states; whoever has the turn takes from it */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t turn_free;
    const struct memory_state *committed;
    bool turn_taken;
    uint64_t next_ticket, serving_ticket;
};

void memory_context_init(struct memory_context *m);
/* When no session is left. */
void memory_context_deinit(struct memory_context *m);

#endif
