/* Leases, by name. */
#ifndef DOMAIN_REPOSITORIES_LEASE_REPOSITORY_H
#define DOMAIN_REPOSITORIES_LEASE_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/lease.h"

struct lease_writer;
struct lease_writer_ops {
    err (*take)(struct lease_writer *w, struct lease *lease, instant now);
    err (*release)(struct lease_writer *w, str name, uuid holder);
};
struct lease_writer {
    const struct lease_writer_ops *ops;
};
/* Takes lease->name for lease->holder until lease->expires_at if it is free, has expired by now, or
 * is the holder's already. lease->token is its token then, and 0 when somebody else has it. */
static inline err lease_writer_take(struct lease_writer *w, struct lease *lease, instant now)
{
    return w->ops->take(w, lease, now);
}
/* Whoever does not have it releases nothing. */
static inline err lease_writer_release(struct lease_writer *w, str name, uuid holder)
{
    return w->ops->release(w, name, holder);
}

#endif
