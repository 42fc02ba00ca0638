/* struct thread_pool: threads that work on jobs in the order they came, behind a queue of bounded
 * length: when it is full a job is not taken, and the caller says so to whoever waits for it. */
#ifndef BASE_THREAD_POOL_H
#define BASE_THREAD_POOL_H

#include "base/err.h"

#include <pthread.h>

/* Embedded in what the job works on. It lives until run is called; the pool touches it no more. */
struct pool_job {
    void (*run)(struct pool_job *job);
    struct pool_job *next;
};

struct thread_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pool_job *first, **last;
    unsigned queued_count, queued_max, thread_count;
    pthread_t *threads;
    bool stopping;
};

/* Errors: UNAVAILABLE (a thread does not start); close it then too. */
err thread_pool_open(struct thread_pool *p, unsigned thread_count, unsigned queued_max);
/* Finishes what is queued, then ends the threads. A zeroed pool is a no-op. */
void thread_pool_close(struct thread_pool *p);
/* False when the queue is full or the pool is closing: the job was not taken. */
bool thread_pool_push(struct thread_pool *p, struct pool_job *job);

#endif
