/* Organizations in the database's stead. */
#ifndef DOMAIN_REPOSITORIES_ORGANIZATION_REPOSITORY_H
#define DOMAIN_REPOSITORIES_ORGANIZATION_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/organization.h"

struct organization_reader;
struct organization_reader_ops {
    err (*first)(struct organization_reader *r, struct arena *a, struct organization *out);
    err (*all)(struct organization_reader *r, struct arena *a, struct organization_slice *out);
    err (*get)(struct organization_reader *r, struct arena *a, int64_t key,
               struct organization *out);
    err (*settings)(struct organization_reader *r, struct arena *a, int64_t key,
                    struct organization_settings *out);
    err (*used_size)(struct organization_reader *r, int64_t key, int64_t *out);
};
struct organization_reader {
    const struct organization_reader_ops *ops;
};
/* The oldest organization: the one a new installation begins with. Errors: NOT_FOUND. */
static inline err organization_reader_first(struct organization_reader *r, struct arena *a,
                                            struct organization *out)
{
    return r->ops->first(r, a, out);
}
/* In the order they were made: for the program itself, which works for each of them. */
static inline err organization_reader_all(struct organization_reader *r, struct arena *a,
                                          struct organization_slice *out)
{
    return r->ops->all(r, a, out);
}

/* Errors: NOT_FOUND. */
static inline err organization_reader_get(struct organization_reader *r, struct arena *a,
                                          int64_t key, struct organization *out)
{
    return r->ops->get(r, a, key, out);
}
/* Of one that has decided nothing: the defaults. */
static inline err organization_reader_settings(struct organization_reader *r, struct arena *a,
                                               int64_t key, struct organization_settings *out)
{
    return r->ops->settings(r, a, key, out);
}

/* Bytes of the objects of its studies, in the trash or not; counted as they are stored, so that
 * this is a look-up. */
static inline err organization_reader_used_size(struct organization_reader *r, int64_t key,
                                                int64_t *out)
{
    return r->ops->used_size(r, key, out);
}

struct organization_writer;
struct organization_writer_ops {
    err (*add)(struct organization_writer *w, struct organization *organization);
    err (*save)(struct organization_writer *w, struct organization *organization);
    err (*save_settings)(struct organization_writer *w, struct organization_settings *settings);
};
struct organization_writer {
    const struct organization_writer_ops *ops;
};
/* Gives it its key. */
static inline err organization_writer_add(struct organization_writer *w,
                                          struct organization *organization)
{
    return w->ops->add(w, organization);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err organization_writer_save(struct organization_writer *w,
                                           struct organization *organization)
{
    return w->ops->save(w, organization);
}
/* Also the first time, when their key is 0. Errors: PRECONDITION_FAILED, CONFLICT (another was
 * first). */
static inline err organization_writer_save_settings(struct organization_writer *w,
                                                    struct organization_settings *settings)
{
    return w->ops->save_settings(w, settings);
}

#endif
