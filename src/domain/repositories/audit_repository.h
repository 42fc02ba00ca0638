/* The audit trail: append and list. */
#ifndef DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/audit_event.h"

struct audit_reader;
struct audit_reader_ops {
    err (*find)(struct audit_reader *r, struct arena *a, int64_t organization_key,
                int64_t before_key, uint32_t limit, struct audit_event_slice *out);
};
struct audit_reader {
    const struct audit_reader_ops *ops;
};
/* Newest first, those with a key under before_key (0: from the newest). */
static inline err audit_reader_find(struct audit_reader *r, struct arena *a,
                                    int64_t organization_key, int64_t before_key, uint32_t limit,
                                    struct audit_event_slice *out)
{
    return r->ops->find(r, a, organization_key, before_key, limit, out);
}

struct audit_writer;
struct audit_writer_ops {
    err (*add)(struct audit_writer *w, struct audit_event *event);
};
struct audit_writer {
    const struct audit_writer_ops *ops;
};
/* Chains the event to the newest one and gives it key and hash. */
static inline err audit_writer_add(struct audit_writer *w, struct audit_event *event)
{
    return w->ops->add(w, event);
}

#endif
