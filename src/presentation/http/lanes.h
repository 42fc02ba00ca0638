/* Lanes: pools of threads for work that must not run on the I/O loops. Each has a queue of bounded
 * length; when it is full the caller is told to come back (503). */
#ifndef PRESENTATION_HTTP_LANES_H
#define PRESENTATION_HTTP_LANES_H

#include "base/err.h"

#include <pthread.h>

enum lane {
    LANE_INLINE, /* on the I/O loop: nothing that may wait */
    LANE_DB,     /* the database and small answers */
    LANE_CPU,    /* passwords, pixels: as many as processors */
    LANE_STREAM, /* long bodies, at the peer's pace */
    LANE_COUNT
};

struct lane_job {
    void (*run)(struct lane_job *job);
    struct lane_job *next;
};

struct lane_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct lane_job *first, **last;
    unsigned queued_count, queued_max, thread_count;
    pthread_t *threads;
    bool stopping;
};

struct lanes {
    struct lane_pool pools[LANE_COUNT];
};

struct lanes_settings {
    unsigned thread_counts[LANE_COUNT]; /* 0: the default for this machine */
};

err lanes_open(struct lanes *l, const struct lanes_settings *settings);
/* Finishes what is queued, then ends the threads. */
void lanes_close(struct lanes *l);

/* False when the queue is full: the job was not taken. */
bool lanes_push(struct lanes *l, enum lane lane, struct lane_job *job);

#endif
