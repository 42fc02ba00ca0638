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
};

enum { SCHEDULED_JOB_COUNT_MAX = 32 };

struct scheduler {
    const struct scheduled_job *jobs;
    size_t job_count;
    void *owner;
    uint64_t next_ns[SCHEDULED_JOB_COUNT_MAX];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, has_thread;
};

/* Each job runs once soon after the start. Errors: UNAVAILABLE. */
err scheduler_open(struct scheduler *s, const struct scheduled_job *jobs, size_t job_count,
                   void *owner);
/* Waits for the job that runs. */
void scheduler_close(struct scheduler *s);

#endif
