/* Tasks are queued here, in the transaction of whoever wants them done, and done here by a worker's
 * thread. */
#ifndef APPLICATION_SERVICES_TASKS_TASK_SERVICE_H
#define APPLICATION_SERVICES_TASKS_TASK_SERVICE_H

#include "application/models/base_model.h"
#include "application/services/tasks/task_kind.h"
#include "domain/entities/task.h"

struct task_order {
    const char *kind;
    const void *parameters; /* by the schema of the kind */
    int64_t priority;       /* 0: TASK_PRIORITY */
    str subject_kind;
    uuid subject_id;
    str idempotency_key; /* absent: none */
    uuid depends_on;     /* a task of the same organization; unset: none */
    instant not_before;  /* unset: at once */
};

/* The task as it was added, or the one that has its idempotency key already.
 * Errors: NOT_FOUND (what it depends on), CONFLICT (that has ended without success). */
err task_queue(struct command_ctx *ctx, const struct task_order *order, struct task *out);

/* A task on a worker's thread. Others may look at how far it is, and tell it to end. */
struct task_run {
    struct scope *scope; /* of the program, in the organization of the task */
    struct task task;    /* as it was claimed */
    /* read and written atomically */
    int64_t progress_done, progress_total;
    const char *progress_unit, *stage;
    bool is_cancelled, is_lost, is_stopping;
};

/* unit and words are constants. */
void task_run_progress(struct task_run *run, int64_t done, int64_t total, const char *unit);
void task_run_stage(struct task_run *run, const char *words);
/* Errors: GONE (the run has to end: cancelled, stopped, or somebody else has the task). */
err task_run_check(struct task_run *run);

struct task_worker_identity {
    str name; /* who works */
    int64_t lease_seconds;
    bool is_delivery; /* does those kinds, or the others */
};

/* Claims a task into run, does it and settles it. began and ended are told of it in between, so
 * that its lease is renewed. goes_on: there may be another one.
 * Errors: of the commands around it; what a task fails with is not one. */
struct task_run_observer {
    void (*began)(struct task_run_observer *o, struct task_run *run);
    void (*ended)(struct task_run_observer *o, struct task_run *run);
};
err task_run_next(struct scope *scope, const struct task_worker_identity *worker,
                  struct task_run_observer *observer, struct task_run *run, bool *goes_on);

/* Renews the lease, tells how far it is, and hears whether it shall end. On another thread than the
 * run's, with a scope of its own. */
err task_run_beat(struct scope *scope, const struct task_worker_identity *worker,
                  struct task_run *run);

#endif
