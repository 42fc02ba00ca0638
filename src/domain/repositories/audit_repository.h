/* The audit trail: append and list. Nothing in it is ever changed. */
#ifndef DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/audit_event.h"

struct audit_filter {
    int64_t organization_key;
    uuid user_id, subject_id; /* when set: only by that user, about that subject */
    str action;               /* when set: only of that use case */
    bool oldest_first;
    int64_t from_key; /* only those behind that one in the order asked for; 0: from its start */
    uint32_t limit;
};

struct audit_reader;
struct audit_reader_ops {
    err (*find)(struct audit_reader *r, struct arena *a, const struct audit_filter *filter,
                struct audit_event_slice *out);
};
struct audit_reader {
    const struct audit_reader_ops *ops;
};
static inline err audit_reader_find(struct audit_reader *r, struct arena *a,
                                    const struct audit_filter *filter,
                                    struct audit_event_slice *out)
{
    return r->ops->find(r, a, filter, out);
}

struct audit_writer;
struct audit_writer_ops {
    err (*add)(struct audit_writer *w, struct arena *a, struct audit_event *event);
};
struct audit_writer {
    const struct audit_writer_ops *ops;
};
/* Chains the event to the newest one of its organization and gives it key and hash, which lives in
 * a. */
static inline err audit_writer_add(struct audit_writer *w, struct arena *a,
                                   struct audit_event *event)
{
    return w->ops->add(w, a, event);
}

#endif
