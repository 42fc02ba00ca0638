/* The task pool: threads that do one task after the other, and one that renews their leases, tells
 * how far they are and hears whether they shall end. */
#ifndef PRESENTATION_SCHEDULE_TASK_POOL_H
#define PRESENTATION_SCHEDULE_TASK_POOL_H

#include "application/services/tasks/task_service.h"

#include <pthread.h>

enum {
    TASK_THREAD_COUNT_MAX = 64,
    TASK_POLL_MS = 2000, /* an idle thread looks so often, and at once when it is woken */
    TASK_PAUSE_MS = 1000 /* after an error of the database */
};

struct task_pool_settings {
    size_t thread_count;
    struct task_worker_identity worker;
    /* A scope for the program itself; on any thread. */
    struct scope (*make_scope)(void *owner, struct arena *a, const struct principal *principal);
    void *owner;
};

struct task_slot {
    struct task_run_observer observer;
    struct task_pool *pool;
    pthread_t thread;
    pthread_mutex_t lock; /* held by whoever looks at the run */
    struct task_run *run; /* NULL when there is none */
    uint64_t beaten_ns;
    int64_t told_done;
};

struct task_pool {
    struct task_pool_settings settings;
    struct task_slot slots[TASK_THREAD_COUNT_MAX];
    size_t thread_count;
    pthread_t beater;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t wake_count;
    bool is_open, is_stopping, has_beater;
};

/* What settings point to lives as long as the pool. Errors: UNAVAILABLE. */
err task_pool_open(struct task_pool *p, const struct task_pool_settings *settings);
/* There may be a task. A no-op on a pool that is not open. */
void task_pool_wake(struct task_pool *p);
/* Tells the runs to end and waits for them: what was begun is given back to the queue. */
void task_pool_close(struct task_pool *p);

#endif
