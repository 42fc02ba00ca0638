/* The audit trail: append and list. Nothing in it is ever changed; retention removes its oldest
 * events and leaves a record of where it cut. */
#ifndef DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H
#define DOMAIN_REPOSITORIES_AUDIT_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/audit_cut.h"
#include "domain/entities/audit_event.h"

/* By how much an event may be out of the order of its time: written later than others that happened
 * after it, or by a node whose clock differs. Events further off can be missed by since and until.
 */
enum { AUDIT_DISORDER_SECONDS = 600 };

struct audit_filter {
    int64_t organization_key;
    bool all_organizations; /* for the program itself */
    /* when set: only those */
    uuid user_id, actor_id, subject_id, study_id;
    str action, outcome, actor_kind, subject_kind, peer_address;
    instant since, until; /* since <= created_at < until */
    int64_t up_to_key;    /* when not 0: none behind that one, whatever the order */
    bool oldest_first;
    int64_t from_key; /* only those behind that one in the order asked for; 0: from its start */
    uint32_t limit;
};

struct audit_reader;
struct audit_reader_ops {
    err (*find)(struct audit_reader *r, struct arena *a, const struct audit_filter *filter,
                struct audit_event_slice *out);
    err (*describe)(struct audit_reader *r, struct arena *a, int64_t organization_key, str kind,
                    uuid id, struct audit_subject *out);
    err (*get_cut)(struct audit_reader *r, struct arena *a, int64_t organization_key,
                   struct audit_cut *out);
    err (*get_position)(struct audit_reader *r, str name, int64_t *key);
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
/* What a study, series, instance, work item or user is, for an event about it; all of it absent for
 * other kinds and for what is not the organization's. */
static inline err audit_reader_describe(struct audit_reader *r, struct arena *a,
                                        int64_t organization_key, str kind, uuid id,
                                        struct audit_subject *out)
{
    return r->ops->describe(r, a, organization_key, kind, id, out);
}
/* Errors: NOT_FOUND (nothing was ever removed). */
static inline err audit_reader_get_cut(struct audit_reader *r, struct arena *a,
                                       int64_t organization_key, struct audit_cut *out)
{
    return r->ops->get_cut(r, a, organization_key, out);
}
/* How far whoever goes by that name has come in the trail of all organizations; 0: not yet begun.
 */
static inline err audit_reader_get_position(struct audit_reader *r, str name, int64_t *key)
{
    return r->ops->get_position(r, name, key);
}

struct audit_writer;
struct audit_writer_ops {
    err (*add)(struct audit_writer *w, struct arena *a, struct audit_event *event);
    err (*cut)(struct audit_writer *w, struct arena *a, struct audit_cut *cut, int64_t *count);
    err (*save_position)(struct audit_writer *w, str name, int64_t key);
};
struct audit_writer {
    const struct audit_writer_ops *ops;
};
/* Chains the event to the newest one of its organization and gives it key, sequence and hash, which
 * lives in a. */
static inline err audit_writer_add(struct audit_writer *w, struct arena *a,
                                   struct audit_event *event)
{
    return w->ops->add(w, a, event);
}
/* Removes the organization's events up to cut->last_key and keeps the cut in the place of the one
 * before it. count: of those removed. */
static inline err audit_writer_cut(struct audit_writer *w, struct arena *a, struct audit_cut *cut,
                                   int64_t *count)
{
    return w->ops->cut(w, a, cut, count);
}
static inline err audit_writer_save_position(struct audit_writer *w, str name, int64_t key)
{
    return w->ops->save_position(w, name, key);
}

#endif
