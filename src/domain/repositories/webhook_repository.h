/* Webhooks and deliveries to them: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_WEBHOOK_REPOSITORY_H
#define DOMAIN_REPOSITORIES_WEBHOOK_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/webhook.h"

struct webhook_delivery_filter {
    int64_t organization_key;
    int64_t webhook_key;
    opt_i64 state;  /* enum webhook_delivery_state */
    str event_type; /* absent: all */
    uint64_t offset;
    uint32_t limit;
};

struct webhook_reader;
struct webhook_reader_ops {
    err (*get)(struct webhook_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct webhook *out);
    err (*all)(struct webhook_reader *r, struct arena *a, int64_t organization_key,
               struct webhook_slice *out);
    err (*get_delivery)(struct webhook_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct webhook_delivery *out);
    err (*find_deliveries)(struct webhook_reader *r, struct arena *a,
                           const struct webhook_delivery_filter *filter,
                           struct webhook_delivery_slice *out, int64_t *total);
    err (*find_waiting)(struct webhook_reader *r, struct arena *a, instant due_before,
                        struct webhook_slice *out);
    err (*count)(struct webhook_reader *r, struct webhook_count *out);
};
struct webhook_reader {
    const struct webhook_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err webhook_reader_get(struct webhook_reader *r, struct arena *a,
                                     int64_t organization_key, uuid id, struct webhook *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* In the order in which they were made. */
static inline err webhook_reader_all(struct webhook_reader *r, struct arena *a,
                                     int64_t organization_key, struct webhook_slice *out)
{
    return r->ops->all(r, a, organization_key, out);
}
/* Errors: NOT_FOUND, also for another organization. */
static inline err webhook_reader_get_delivery(struct webhook_reader *r, struct arena *a,
                                              int64_t organization_key, uuid id,
                                              struct webhook_delivery *out)
{
    return r->ops->get_delivery(r, a, organization_key, id, out);
}
/* Newest first. */
static inline err webhook_reader_find_deliveries(struct webhook_reader *r, struct arena *a,
                                                 const struct webhook_delivery_filter *filter,
                                                 struct webhook_delivery_slice *out, int64_t *total)
{
    return r->ops->find_deliveries(r, a, filter, out, total);
}
/* Active ones of all organizations that have a delivery which was due before that time. */
static inline err webhook_reader_find_waiting(struct webhook_reader *r, struct arena *a,
                                              instant due_before, struct webhook_slice *out)
{
    return r->ops->find_waiting(r, a, due_before, out);
}
/* Deliveries of all organizations, of webhooks that are active. */
static inline err webhook_reader_count(struct webhook_reader *r, struct webhook_count *out)
{
    return r->ops->count(r, out);
}

struct webhook_writer;
struct webhook_writer_ops {
    err (*add)(struct webhook_writer *w, struct webhook *webhook);
    err (*save)(struct webhook_writer *w, struct webhook *webhook);
    err (*save_progress)(struct webhook_writer *w, const struct webhook *webhook);
    err (*locate)(struct webhook_writer *w, struct arena *a, int64_t key, struct webhook *out);
    err (*remove)(struct webhook_writer *w, int64_t key);
    err (*add_delivery)(struct webhook_writer *w, struct webhook_delivery *delivery);
    err (*save_delivery)(struct webhook_writer *w, struct webhook_delivery *delivery);
    err (*locate_delivery)(struct webhook_writer *w, struct arena *a, int64_t key,
                           struct webhook_delivery *out);
    err (*first_due)(struct webhook_writer *w, struct arena *a, int64_t webhook_key, instant now,
                     struct webhook_delivery *out);
    err (*next_time)(struct webhook_writer *w, int64_t webhook_key, instant *out);
    err (*resume)(struct webhook_writer *w, int64_t webhook_key, instant now);
    err (*give_up)(struct webhook_writer *w, int64_t webhook_key, instant now);
    err (*purge)(struct webhook_writer *w, instant made_before, uint32_t limit, int64_t *count);
};
struct webhook_writer {
    const struct webhook_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err webhook_writer_add(struct webhook_writer *w, struct webhook *webhook)
{
    return w->ops->add(w, webhook);
}
/* Errors: PRECONDITION_FAILED. */
static inline err webhook_writer_save(struct webhook_writer *w, struct webhook *webhook)
{
    return w->ops->save(w, webhook);
}
/* How sending goes, and whether it is active; its version stays. */
static inline err webhook_writer_save_progress(struct webhook_writer *w,
                                               const struct webhook *webhook)
{
    return w->ops->save_progress(w, webhook);
}
/* As it is now, held until the unit of work ends. Errors: NOT_FOUND. */
static inline err webhook_writer_locate(struct webhook_writer *w, struct arena *a, int64_t key,
                                        struct webhook *out)
{
    return w->ops->locate(w, a, key, out);
}
/* With its deliveries. */
static inline err webhook_writer_remove(struct webhook_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Gives it its key and version 1. Errors: CONFLICT (the webhook has one of that event). */
static inline err webhook_writer_add_delivery(struct webhook_writer *w,
                                              struct webhook_delivery *delivery)
{
    return w->ops->add_delivery(w, delivery);
}
/* Errors: PRECONDITION_FAILED. */
static inline err webhook_writer_save_delivery(struct webhook_writer *w,
                                               struct webhook_delivery *delivery)
{
    return w->ops->save_delivery(w, delivery);
}
/* As it is now. Errors: NOT_FOUND. */
static inline err webhook_writer_locate_delivery(struct webhook_writer *w, struct arena *a,
                                                 int64_t key, struct webhook_delivery *out)
{
    return w->ops->locate_delivery(w, a, key, out);
}
/* Of those that wait and are due, the first that was made. Errors: NOT_FOUND. */
static inline err webhook_writer_first_due(struct webhook_writer *w, struct arena *a,
                                           int64_t webhook_key, instant now,
                                           struct webhook_delivery *out)
{
    return w->ops->first_due(w, a, webhook_key, now, out);
}
/* When the next of those that wait is due; unset: none waits. */
static inline err webhook_writer_next_time(struct webhook_writer *w, int64_t webhook_key,
                                           instant *out)
{
    return w->ops->next_time(w, webhook_key, out);
}
/* All that wait are due now. */
static inline err webhook_writer_resume(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    return w->ops->resume(w, webhook_key, now);
}
/* Those that wait and whose day is over have failed. */
static inline err webhook_writer_give_up(struct webhook_writer *w, int64_t webhook_key, instant now)
{
    return w->ops->give_up(w, webhook_key, now);
}
/* Removes the first deliveries that were made before and do not wait, limit at most. */
static inline err webhook_writer_purge(struct webhook_writer *w, instant made_before,
                                       uint32_t limit, int64_t *count)
{
    return w->ops->purge(w, made_before, limit, count);
}

#endif
