/* A task: work that outlives the request that asked for it. It is written in the transaction of the
 * command that causes it, and done by a worker that has a lease on it. The fence grows with each
 * claim: whoever had it before and comes back changes nothing any more. */
#ifndef DOMAIN_ENTITIES_TASK_H
#define DOMAIN_ENTITIES_TASK_H

#include "base/err.h"
#include "domain/entities/entity.h"

enum {
    TASK_KIND_SIZE_MAX = 32,
    TASK_WORDS_SIZE_MAX = 500,
    TASK_PARAMETERS_SIZE_MAX = 32 * 1024,
    TASK_PRIORITY = 5, /* of what somebody waits for; the greatest comes first */
    TASK_PRIORITY_LOW = 2,
    TASK_PRIORITY_MAX = 9,
    TASK_LEASE_SECONDS = 60,     /* renewed while it is worked on */
    TASK_PAUSE_SECONDS_MIN = 10, /* between attempts, doubled each time up to the next */
    TASK_PAUSE_SECONDS_MAX = 3600,
    TASK_KEPT_SECONDS = 30 * 24 * 60 * 60,      /* once it has ended */
    TASK_OUTPUT_KEPT_SECONDS = 7 * 24 * 60 * 60 /* the file that it made */
};

/* Kept as numbers. */
enum task_state {
    TASK_WAITING, /* for another one */
    TASK_QUEUED,
    TASK_RUNNING, /* until its lease ends */
    TASK_SUCCEEDED,
    TASK_FAILED, /* for good: the dead letter; it can be tried once more by hand */
    TASK_CANCELLED,
    TASK_STATE_COUNT
};
extern const char *const task_state_names[]; /* NULL-terminated */

struct task {
    ENTITY_MEMBERS;
    str kind;
    enum task_state state;
    int64_t priority;
    uuid created_by; /* user or API key; unset: the program itself */
    str subject_kind;
    uuid subject_id;     /* what it is about */
    str parameters;      /* JSON, by the schema of its kind */
    str idempotency_key; /* absent: none; of one organization and kind there is one task of each */
    int64_t depends_on_key;
    uuid depends_on_id; /* the one it waits for, or has waited for */
    int64_t attempt_count, attempt_count_max;
    instant next_attempt_at; /* not before; of a running one, when its lease ends */
    int64_t fence;
    str worker; /* who has it, or had it last */
    instant started_at, finished_at;
    bool is_cancel_requested;
    int64_t progress_done, progress_total; /* total 0: not known */
    str progress_unit;
    str stage;   /* what is being done, in words */
    str outcome; /* what came of it, in words */
    /* a file it made: SHA-256 in the storage, absent when it is kept no more */
    str output_object, output_name, output_type;
    int64_t output_size;
    str last_error;
};
DECLARE_SCHEMA(task);
SLICE(task);

static inline bool task_has_ended(const struct task *task)
{
    return task->state >= TASK_SUCCEEDED;
}

/* Becomes one that is running, by that worker. */
void task_begin_attempt(struct task *task, str worker, instant now, int64_t lease_seconds);

enum task_verdict {
    TASK_DONE,
    TASK_TRY_AGAIN,
    TASK_GIVE_UP,
    TASK_STOPPED, /* the worker was told to end: the attempt does not count */
    TASK_WAS_CANCELLED,
    TASK_VERDICT_COUNT
};
extern const char *const task_verdict_names[];

/* Ends the attempt. words: of the outcome, or of what went wrong; chance: any number. One that was
 * tried too often has failed. */
void task_end_attempt(struct task *task, enum task_verdict verdict, str words, instant now,
                      uint32_t chance);
/* At once when nobody has it, else as soon as its worker hears of it.
 * Errors: CONFLICT (it has ended). */
err task_cancel(struct task *task, instant now);
/* From the beginning, as if it were new. Errors: CONFLICT (it has not failed, and was not
 * cancelled). */
err task_retry(struct task *task, instant now);
/* What it waited for has ended. */
void task_release(struct task *task, bool succeeded, instant now);

/* The pause after that many attempts, between three quarters of it and five quarters. */
int64_t task_pause_us(int64_t attempt_count, uint32_t chance);

/* How many there are, for a gauge. */
struct task_count {
    str kind;
    int64_t state, count;
    instant oldest_at; /* since when the first of them is due, or has run */
};
DECLARE_SCHEMA(task_count);
SLICE(task_count);

#endif
