/* Schedules: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_SCHEDULE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_SCHEDULE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/schedule.h"

struct schedule_reader;
struct schedule_reader_ops {
    err (*get)(struct schedule_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct schedule *out);
    err (*find)(struct schedule_reader *r, struct arena *a, int64_t organization_key,
                struct schedule_slice *out);
    err (*find_due)(struct schedule_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct schedule_slice *out);
};
struct schedule_reader {
    const struct schedule_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for one of another organization. */
static inline err schedule_reader_get(struct schedule_reader *r, struct arena *a,
                                      int64_t organization_key, uuid id, struct schedule *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* All of an organization, by name. */
static inline err schedule_reader_find(struct schedule_reader *r, struct arena *a,
                                       int64_t organization_key, struct schedule_slice *out)
{
    return r->ops->find(r, a, organization_key, out);
}
/* Of all organizations, those whose time has come, the earliest first. */
static inline err schedule_reader_find_due(struct schedule_reader *r, struct arena *a, instant now,
                                           uint32_t limit, struct schedule_slice *out)
{
    return r->ops->find_due(r, a, now, limit, out);
}

struct schedule_writer;
struct schedule_writer_ops {
    err (*add)(struct schedule_writer *w, struct schedule *schedule);
    err (*save)(struct schedule_writer *w, struct schedule *schedule);
    err (*remove)(struct schedule_writer *w, int64_t key);
};
struct schedule_writer {
    const struct schedule_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (there is one of that name). */
static inline err schedule_writer_add(struct schedule_writer *w, struct schedule *schedule)
{
    return w->ops->add(w, schedule);
}
/* Errors: PRECONDITION_FAILED, CONFLICT. */
static inline err schedule_writer_save(struct schedule_writer *w, struct schedule *schedule)
{
    return w->ops->save(w, schedule);
}
static inline err schedule_writer_remove(struct schedule_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}

#endif
