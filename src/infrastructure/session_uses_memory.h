/* A table of fixed size: when it is full, a use is not noted before the next round. */
#ifndef INFRASTRUCTURE_SESSION_USES_MEMORY_H
#define INFRASTRUCTURE_SESSION_USES_MEMORY_H

#include "application/services/session_uses.h"
#include "infrastructure/db_context.h"

#include <pthread.h>

enum { SESSION_USE_SLOT_COUNT = 4096, SESSION_USES_FLUSH_SECONDS = 15 };

struct session_use {
    uuid session_id;
    instant at;
};

struct session_uses_memory {
    struct session_uses base;
    pthread_mutex_t lock;
    struct session_use *slots;
};

void session_uses_memory_open(struct session_uses_memory *u);
void session_uses_memory_close(struct session_uses_memory *u);
/* Writes down what was noted. Errors: UNAVAILABLE, SERIALIZATION; then it is noted no more. */
err session_uses_memory_flush(struct session_uses_memory *u, struct db_context *db,
                              struct clock *clock);

#endif
