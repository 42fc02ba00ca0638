/* Users: reading and writing apart. Every read but the one for sign-in stays within an
 * organization. */
#ifndef DOMAIN_REPOSITORIES_USER_REPOSITORY_H
#define DOMAIN_REPOSITORIES_USER_REPOSITORY_H

#include "base/err.h"
#include "core/paged_query.h"
#include "core/searchable_query.h"
#include "domain/entities/user.h"

struct user_filter {
    int64_t organization_key;
    str search; /* part of name or address */
    opt_bool is_active;
    opt_i64 role, state; /* an enum role; an enum user_state: without it none that is deleted */
    int64_t role_key;    /* of the organization's own role; 0: whichever */
    int64_t group_key;   /* members of that group; 0: whoever */
    instant now;         /* for the state */
    struct sort_key_slice sort; /* among name, email, role, created_at, last_sign_in_at */
    uint64_t offset;
    uint32_t limit;
};

struct user_reader;
struct user_reader_ops {
    err (*get)(struct user_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct user *out);
    err (*get_by_key)(struct user_reader *r, struct arena *a, int64_t key, struct user *out);
    err (*get_by_email)(struct user_reader *r, struct arena *a, str email, struct user *out);
    err (*get_invited)(struct user_reader *r, struct arena *a, str invitation_hash,
                       struct user *out);
    err (*get_by_reset_hash)(struct user_reader *r, struct arena *a, str hash, struct user *out);
    err (*find)(struct user_reader *r, struct arena *a, const struct user_filter *filter,
                struct user_slice *out, int64_t *total);
};
struct user_reader {
    const struct user_reader_ops *ops;
};

/* Errors: NOT_FOUND, also for a user of another organization. */
static inline err user_reader_get(struct user_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct user *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* For the holder of a verified token. Errors: NOT_FOUND. */
static inline err user_reader_get_by_key(struct user_reader *r, struct arena *a, int64_t key,
                                         struct user *out)
{
    return r->ops->get_by_key(r, a, key, out);
}
/* For sign-in; email in lower case. Errors: NOT_FOUND. */
static inline err user_reader_get_by_email(struct user_reader *r, struct arena *a, str email,
                                           struct user *out)
{
    return r->ops->get_by_email(r, a, email, out);
}
/* Whose invitation has that hash, whatever became of its time. Errors: NOT_FOUND. */
static inline err user_reader_get_invited(struct user_reader *r, struct arena *a,
                                          str invitation_hash, struct user *out)
{
    return r->ops->get_invited(r, a, invitation_hash, out);
}
/* For whoever has the link that was sent. Errors: NOT_FOUND. */
static inline err user_reader_get_by_reset_hash(struct user_reader *r, struct arena *a, str hash,
                                                struct user *out)
{
    return r->ops->get_by_reset_hash(r, a, hash, out);
}
static inline err user_reader_find(struct user_reader *r, struct arena *a,
                                   const struct user_filter *filter, struct user_slice *out,
                                   int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}

struct user_writer;
struct user_writer_ops {
    err (*add)(struct user_writer *w, struct user *user);
    err (*save)(struct user_writer *w, struct user *user);
    err (*remove)(struct user_writer *w, int64_t key);
    err (*note_sign_in)(struct user_writer *w, int64_t key, instant now);
};
struct user_writer {
    const struct user_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (address taken). */
static inline err user_writer_add(struct user_writer *w, struct user *user)
{
    return w->ops->add(w, user);
}
/* Writes all of it if its version is still the one read, and adds one to it. Errors:
 * PRECONDITION_FAILED, CONFLICT. */
static inline err user_writer_save(struct user_writer *w, struct user *user)
{
    return w->ops->save(w, user);
}
/* Of somebody who never was: whose invitation is withdrawn. */
static inline err user_writer_remove(struct user_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* Leaves the version alone: it is no change that anybody made. */
static inline err user_writer_note_sign_in(struct user_writer *w, int64_t key, instant now)
{
    return w->ops->note_sign_in(w, key, now);
}

#endif
