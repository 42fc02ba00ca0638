/* Shares and visits: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_SHARE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_SHARE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/share.h"

struct share_filter {
    int64_t organization_key;
    int64_t owner_key; /* 0: of everybody */
    instant open_at;   /* that open something then; zero: whatever their state */
    uint64_t offset;
    uint32_t limit;
};

struct share_reader;
struct share_reader_ops {
    err (*get)(struct share_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct share *out);
    err (*get_by_key)(struct share_reader *r, struct arena *a, int64_t key, struct share *out);
    err (*get_by_token)(struct share_reader *r, struct arena *a, str token_hash, struct share *out);
    err (*find)(struct share_reader *r, struct arena *a, const struct share_filter *filter,
                struct share_slice *out, int64_t *total);
    err (*get_visit)(struct share_reader *r, struct arena *a, str token_hash,
                     struct share_visit *out);
    err (*find_visits)(struct share_reader *r, struct arena *a, int64_t share_key, uint64_t offset,
                       uint32_t limit, struct share_visit_slice *out, int64_t *total);
};
struct share_reader {
    const struct share_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err share_reader_get(struct share_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct share *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
static inline err share_reader_get_by_key(struct share_reader *r, struct arena *a, int64_t key,
                                          struct share *out)
{
    return r->ops->get_by_key(r, a, key, out);
}
/* For whoever has the link. Errors: NOT_FOUND. */
static inline err share_reader_get_by_token(struct share_reader *r, struct arena *a, str token_hash,
                                            struct share *out)
{
    return r->ops->get_by_token(r, a, token_hash, out);
}
/* Newest first. */
static inline err share_reader_find(struct share_reader *r, struct arena *a,
                                    const struct share_filter *filter, struct share_slice *out,
                                    int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Errors: NOT_FOUND. */
static inline err share_reader_get_visit(struct share_reader *r, struct arena *a, str token_hash,
                                         struct share_visit *out)
{
    return r->ops->get_visit(r, a, token_hash, out);
}
/* Newest first. */
static inline err share_reader_find_visits(struct share_reader *r, struct arena *a,
                                           int64_t share_key, uint64_t offset, uint32_t limit,
                                           struct share_visit_slice *out, int64_t *total)
{
    return r->ops->find_visits(r, a, share_key, offset, limit, out, total);
}

struct share_writer;
struct share_writer_ops {
    err (*add)(struct share_writer *w, struct share *share);
    err (*save)(struct share_writer *w, struct share *share);
    err (*locate)(struct share_writer *w, struct arena *a, int64_t key, struct share *out);
    err (*add_visit)(struct share_writer *w, struct share_visit *visit);
    err (*purge_visits)(struct share_writer *w, instant ended_before, int64_t *count);
};
struct share_writer {
    const struct share_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err share_writer_add(struct share_writer *w, struct share *share)
{
    return w->ops->add(w, share);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err share_writer_save(struct share_writer *w, struct share *share)
{
    return w->ops->save(w, share);
}
/* Begins the unit of work, so that nobody else changes the share until it ends: its uses are
 * counted one after the other. Errors: NOT_FOUND. */
static inline err share_writer_locate(struct share_writer *w, struct arena *a, int64_t key,
                                      struct share *out)
{
    return w->ops->locate(w, a, key, out);
}
/* Gives it its key. */
static inline err share_writer_add_visit(struct share_writer *w, struct share_visit *visit)
{
    return w->ops->add_visit(w, visit);
}
/* Removes visits that ended before. */
static inline err share_writer_purge_visits(struct share_writer *w, instant ended_before,
                                            int64_t *count)
{
    return w->ops->purge_visits(w, ended_before, count);
}

#endif
