/* The change feed, for reading; its lines are written by the image repository with the changes they
 * tell of. */
#ifndef DOMAIN_REPOSITORIES_CHANGE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_CHANGE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/change.h"

struct change_reader;
struct change_reader_ops {
    err (*find)(struct change_reader *r, struct arena *a, int64_t organization_key, int64_t since,
                uint32_t limit, struct change_slice *out);
};
struct change_reader {
    const struct change_reader_ops *ops;
};
/* Those with a sequence above since, oldest first, at most limit. */
static inline err change_reader_find(struct change_reader *r, struct arena *a,
                                     int64_t organization_key, int64_t since, uint32_t limit,
                                     struct change_slice *out)
{
    return r->ops->find(r, a, organization_key, since, limit, out);
}

#endif
