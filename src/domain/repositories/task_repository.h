/* Tasks: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_TASK_REPOSITORY_H
#define DOMAIN_REPOSITORIES_TASK_REPOSITORY_H

#include "base/err.h"
#include "core/searchable_query.h"
#include "domain/entities/task.h"

struct task_filter {
    int64_t organization_key;
    uuid created_by;            /* unset: of everybody */
    opt_i64 state;              /* enum task_state */
    str kind;                   /* absent: all */
    uuid subject_id;            /* unset: about anything */
    struct sort_key_slice sort; /* among created_at, priority, state, kind */
    uint64_t offset;
    uint32_t limit;
};

/* Who looks for work, and for which. */
enum { TASK_KIND_COUNT_MAX = 32 };
struct task_limit {
    str kind;
    int64_t count_max; /* at once, on all nodes together */
};
struct task_claim {
    instant now;
    str worker;
    int64_t lease_seconds;
    struct task_limit limits[TASK_KIND_COUNT_MAX];
    size_t limit_count;
};

struct task_reader;
struct task_reader_ops {
    err (*get)(struct task_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct task *out);
    err (*get_by_idempotency_key)(struct task_reader *r, struct arena *a, int64_t organization_key,
                                  str kind, str idempotency_key, struct task *out);
    err (*find)(struct task_reader *r, struct arena *a, const struct task_filter *filter,
                struct task_slice *out, int64_t *total);
    err (*is_due)(struct task_reader *r, instant now, bool *out);
    err (*count)(struct task_reader *r, struct arena *a, struct task_count_slice *out);
};
struct task_reader {
    const struct task_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for a task of another organization. */
static inline err task_reader_get(struct task_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct task *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* Errors: NOT_FOUND. */
static inline err task_reader_get_by_idempotency_key(struct task_reader *r, struct arena *a,
                                                     int64_t organization_key, str kind,
                                                     str idempotency_key, struct task *out)
{
    return r->ops->get_by_idempotency_key(r, a, organization_key, kind, idempotency_key, out);
}
static inline err task_reader_find(struct task_reader *r, struct arena *a,
                                   const struct task_filter *filter, struct task_slice *out,
                                   int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Whether any is queued, or has lost its worker, whatever its kind. */
static inline err task_reader_is_due(struct task_reader *r, instant now, bool *out)
{
    return r->ops->is_due(r, now, out);
}
/* Of all organizations, those that have not ended and those that failed. */
static inline err task_reader_count(struct task_reader *r, struct arena *a,
                                    struct task_count_slice *out)
{
    return r->ops->count(r, a, out);
}

struct task_writer;
struct task_writer_ops {
    err (*add)(struct task_writer *w, struct task *task);
    err (*save)(struct task_writer *w, struct task *task);
    err (*locate)(struct task_writer *w, struct arena *a, int64_t key, struct task *out);
    err (*claim)(struct task_writer *w, struct arena *a, const struct task_claim *claim,
                 struct task *out);
    err (*find_waiting)(struct task_writer *w, struct arena *a, int64_t depends_on_key,
                        struct task_slice *out);
    err (*purge)(struct task_writer *w, instant ended_before, uint32_t limit, int64_t *count);
    err (*purge_outputs)(struct task_writer *w, instant ended_before, uint32_t limit,
                         int64_t *count);
};
struct task_writer {
    const struct task_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (its idempotency key is taken). */
static inline err task_writer_add(struct task_writer *w, struct task *task)
{
    return w->ops->add(w, task);
}
/* Errors: PRECONDITION_FAILED. */
static inline err task_writer_save(struct task_writer *w, struct task *task)
{
    return w->ops->save(w, task);
}
/* As it is now, held until the unit of work ends. Errors: NOT_FOUND. */
static inline err task_writer_locate(struct task_writer *w, struct arena *a, int64_t key,
                                     struct task *out)
{
    return w->ops->locate(w, a, key, out);
}
/* Of all organizations, the one of the greatest priority that has been due for longest becomes
 * TASK_RUNNING: queued, or with a lease that ended. Kinds of which as many run as may are left, and
 * so are those that are not among the limits. Errors: NOT_FOUND (none is due). */
static inline err task_writer_claim(struct task_writer *w, struct arena *a,
                                    const struct task_claim *claim, struct task *out)
{
    return w->ops->claim(w, a, claim, out);
}
/* Those that wait for it. */
static inline err task_writer_find_waiting(struct task_writer *w, struct arena *a,
                                           int64_t depends_on_key, struct task_slice *out)
{
    return w->ops->find_waiting(w, a, depends_on_key, out);
}
/* Removes the first that ended before, limit at most. */
static inline err task_writer_purge(struct task_writer *w, instant ended_before, uint32_t limit,
                                    int64_t *count)
{
    return w->ops->purge(w, ended_before, limit, count);
}

/* Of the first that ended before, limit at most, the object of the output is known no more: then
 * the sweeper takes it. */
static inline err task_writer_purge_outputs(struct task_writer *w, instant ended_before,
                                            uint32_t limit, int64_t *count)
{
    return w->ops->purge_outputs(w, ended_before, limit, count);
}

#endif
