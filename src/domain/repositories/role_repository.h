/* The organizations' own roles: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_ROLE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_ROLE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/custom_role.h"

enum { CUSTOM_ROLE_COUNT_MAX = 100 }; /* of an organization */

struct role_reader;
struct role_reader_ops {
    err (*get)(struct role_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct custom_role *out);
    err (*get_by_key)(struct role_reader *r, struct arena *a, int64_t key, struct custom_role *out);
    err (*all)(struct role_reader *r, struct arena *a, int64_t organization_key,
               struct custom_role_slice *out);
};
struct role_reader {
    const struct role_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for another organization. */
static inline err role_reader_get(struct role_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct custom_role *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* For a user who has it. Errors: NOT_FOUND. */
static inline err role_reader_get_by_key(struct role_reader *r, struct arena *a, int64_t key,
                                         struct custom_role *out)
{
    return r->ops->get_by_key(r, a, key, out);
}
/* In the order in which they were made. */
static inline err role_reader_all(struct role_reader *r, struct arena *a, int64_t organization_key,
                                  struct custom_role_slice *out)
{
    return r->ops->all(r, a, organization_key, out);
}

struct role_writer;
struct role_writer_ops {
    err (*add)(struct role_writer *w, struct custom_role *role);
    err (*save)(struct role_writer *w, struct custom_role *role);
    err (*remove)(struct role_writer *w, int64_t key);
};
struct role_writer {
    const struct role_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (name taken). */
static inline err role_writer_add(struct role_writer *w, struct custom_role *role)
{
    return w->ops->add(w, role);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED, CONFLICT. */
static inline err role_writer_save(struct role_writer *w, struct custom_role *role)
{
    return w->ops->save(w, role);
}
/* Nobody may have it any more. */
static inline err role_writer_remove(struct role_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}

#endif
