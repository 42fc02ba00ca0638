/* The scheduler: a thread that runs each job of a table when its time has come, one after the
 * other. */
#ifndef PRESENTATION_SCHEDULE_SCHEDULER_H
#define PRESENTATION_SCHEDULE_SCHEDULER_H

#include "base/err.h"

#include <pthread.h>
#include <stdint.h>

struct scheduled_job {
    const char *name;
    unsigned every_seconds;
    err (*run)(void *owner);
    bool is_shared; /* of all nodes together only one runs it: the one that leads */
};

enum {
    SCHEDULED_JOB_COUNT_MAX = 32,
    SCHEDULER_WAKE_MS = 200,        /* a job that is woken all the time runs so often */
    SCHEDULER_SILENCE_SECONDS = 30, /* it looks once a second */
    SCHEDULED_JOB_SECONDS = 3600    /* what a job may take before it counts as stuck */
};

struct scheduler {
    const struct scheduled_job *jobs;
    size_t job_count;
    bool (*leads)(void *owner);
    void *owner;
    uint64_t next_ns[SCHEDULED_JOB_COUNT_MAX];
    uint64_t began_ns[SCHEDULED_JOB_COUNT_MAX]; /* its last run */
    bool is_woken[SCHEDULED_JOB_COUNT_MAX];
    uint64_t seen_ns; /* when the thread last looked, or began the job that runs */
    bool is_running;  /* a job */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, has_thread;
};

/* Each job runs once soon after the start. leads: whether this node does; NULL when there is no
 * shared job. Errors: UNAVAILABLE. */
err scheduler_open(struct scheduler *s, const struct scheduled_job *jobs, size_t job_count,
                   bool (*leads)(void *owner), void *owner);
/* Errors: UNAVAILABLE (the thread does not look any more, or a job does not come to an end). */
err scheduler_health(struct scheduler *s);
/* Runs the job of that name soon instead of in its turn, once however often it is called meanwhile;
 * a job that is running runs once more. A name that is none is a no-op, and so is a scheduler that
 * is not open. */
void scheduler_wake(struct scheduler *s, const char *name);
/* Waits for the job that runs. */
void scheduler_close(struct scheduler *s);

#endif
