/* Lanes: pools of threads for work that must not run on the I/O loops. Each has a queue of bounded
 * length; when it is full the caller is told to come back (503). */
#ifndef PRESENTATION_HTTP_LANES_H
#define PRESENTATION_HTTP_LANES_H

#include "base/thread_pool.h"

enum lane {
    LANE_INLINE, /* on the I/O loop: nothing that may wait */
    LANE_DB,     /* the database and small answers */
    LANE_CPU,    /* passwords, pixels: as many as processors */
    LANE_STREAM, /* long bodies, at the peer's pace */
    LANE_COUNT
};

struct lanes {
    struct thread_pool pools[LANE_COUNT];
};

struct lanes_settings {
    unsigned thread_counts[LANE_COUNT]; /* 0: the default for this machine */
};

err lanes_open(struct lanes *l, const struct lanes_settings *settings);
/* Finishes what is queued, then ends the threads. */
void lanes_close(struct lanes *l);

/* False when the queue is full: the job was not taken. */
static inline bool lanes_push(struct lanes *l, enum lane lane, struct pool_job *job)
{
    return thread_pool_push(&l->pools[lane], job);
}

#endif
