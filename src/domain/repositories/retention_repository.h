/* Rules of retention and legal holds: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_RETENTION_REPOSITORY_H
#define DOMAIN_REPOSITORIES_RETENTION_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/retention.h"

struct retention_reader;
struct retention_reader_ops {
    err (*get)(struct retention_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct retention_rule *out);
    err (*find)(struct retention_reader *r, struct arena *a, int64_t organization_key,
                struct retention_rule_slice *out);
    err (*get_hold)(struct retention_reader *r, struct arena *a, int64_t study_key,
                    struct legal_hold *out);
    err (*due)(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
               uint32_t limit, struct uuid_slice *out);
    err (*count)(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
                 struct retention_count *out);
    err (*trashed)(struct retention_reader *r, struct arena *a, int64_t organization_key,
                   enum image_level level, instant before, uint32_t limit,
                   struct trash_item_slice *out);
};
struct retention_reader {
    const struct retention_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for one of another organization. */
static inline err retention_reader_get(struct retention_reader *r, struct arena *a,
                                       int64_t organization_key, uuid id,
                                       struct retention_rule *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* All of an organization, by name. */
static inline err retention_reader_find(struct retention_reader *r, struct arena *a,
                                        int64_t organization_key, struct retention_rule_slice *out)
{
    return r->ops->find(r, a, organization_key, out);
}
/* Errors: NOT_FOUND. */
static inline err retention_reader_get_hold(struct retention_reader *r, struct arena *a,
                                            int64_t study_key, struct legal_hold *out)
{
    return r->ops->get_hold(r, a, study_key, out);
}
/* Identifiers of studies, the oldest first, none on hold. */
static inline err retention_reader_due(struct retention_reader *r, struct arena *a,
                                       const struct retention_filter *filter, uint32_t limit,
                                       struct uuid_slice *out)
{
    return r->ops->due(r, a, filter, limit, out);
}
static inline err retention_reader_count(struct retention_reader *r, struct arena *a,
                                         const struct retention_filter *filter,
                                         struct retention_count *out)
{
    return r->ops->count(r, a, filter, out);
}
/* What went to the trash on that level itself before a moment, the first first; nothing of studies
 * on hold, and no studies that have nothing in them any more. */
static inline err retention_reader_trashed(struct retention_reader *r, struct arena *a,
                                           int64_t organization_key, enum image_level level,
                                           instant before, uint32_t limit,
                                           struct trash_item_slice *out)
{
    return r->ops->trashed(r, a, organization_key, level, before, limit, out);
}

struct retention_writer;
struct retention_writer_ops {
    err (*add)(struct retention_writer *w, struct retention_rule *rule);
    err (*save)(struct retention_writer *w, struct retention_rule *rule);
    err (*remove)(struct retention_writer *w, int64_t key);
    err (*add_hold)(struct retention_writer *w, struct legal_hold *hold);
    err (*save_hold)(struct retention_writer *w, struct legal_hold *hold);
    err (*remove_hold)(struct retention_writer *w, int64_t key);
};
struct retention_writer {
    const struct retention_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err retention_writer_add(struct retention_writer *w, struct retention_rule *rule)
{
    return w->ops->add(w, rule);
}
/* Errors: PRECONDITION_FAILED. */
static inline err retention_writer_save(struct retention_writer *w, struct retention_rule *rule)
{
    return w->ops->save(w, rule);
}
static inline err retention_writer_remove(struct retention_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Errors: CONFLICT (the study is on hold). */
static inline err retention_writer_add_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return w->ops->add_hold(w, hold);
}
/* Errors: PRECONDITION_FAILED. */
static inline err retention_writer_save_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return w->ops->save_hold(w, hold);
}
static inline err retention_writer_remove_hold(struct retention_writer *w, int64_t key)
{
    return w->ops->remove_hold(w, key);
}

#endif
