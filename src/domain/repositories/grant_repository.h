/* Grants: reading and writing apart. What they open is asked with struct access, by the
 * repositories of images. */
#ifndef DOMAIN_REPOSITORIES_GRANT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_GRANT_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/grant.h"

/* Each of the two ends may be left open. */
struct grant_filter {
    int64_t organization_key;
    bool of_grantee; /* the next two count */
    enum grantee_kind grantee_kind;
    int64_t grantee_key;
    bool on_granted;
    enum granted_kind granted_kind;
    int64_t granted_key;
    uint64_t offset;
    uint32_t limit;
};

struct grant_reader;
struct grant_reader_ops {
    err (*get)(struct grant_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct grant *out);
    err (*find)(struct grant_reader *r, struct arena *a, const struct grant_filter *filter,
                struct grant_slice *out, int64_t *total);
};
struct grant_reader {
    const struct grant_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err grant_reader_get(struct grant_reader *r, struct arena *a,
                                   int64_t organization_key, uuid id, struct grant *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* In the order in which they were given, those that ended too. */
static inline err grant_reader_find(struct grant_reader *r, struct arena *a,
                                    const struct grant_filter *filter, struct grant_slice *out,
                                    int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}

struct grant_writer;
struct grant_writer_ops {
    err (*add)(struct grant_writer *w, struct grant *grant);
    err (*save)(struct grant_writer *w, struct grant *grant);
    err (*remove)(struct grant_writer *w, int64_t key);
    err (*remove_all)(struct grant_writer *w, enum grantee_kind kind, int64_t grantee_key);
    err (*purge)(struct grant_writer *w, instant ended_before, int64_t *count);
};
struct grant_writer {
    const struct grant_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err grant_writer_add(struct grant_writer *w, struct grant *grant)
{
    return w->ops->add(w, grant);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err grant_writer_save(struct grant_writer *w, struct grant *grant)
{
    return w->ops->save(w, grant);
}
static inline err grant_writer_remove(struct grant_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Of somebody who goes. */
static inline err grant_writer_remove_all(struct grant_writer *w, enum grantee_kind kind,
                                          int64_t grantee_key)
{
    return w->ops->remove_all(w, kind, grantee_key);
}
/* Removes what ended before. */
static inline err grant_writer_purge(struct grant_writer *w, instant ended_before, int64_t *count)
{
    return w->ops->purge(w, ended_before, count);
}

#endif
