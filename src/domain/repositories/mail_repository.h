/* Mails: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_MAIL_REPOSITORY_H
#define DOMAIN_REPOSITORIES_MAIL_REPOSITORY_H

#include "base/err.h"
#include "core/searchable_query.h"
#include "domain/entities/mail.h"

struct mail_filter {
    int64_t organization_key;
    str search;    /* part of the recipient's address or name, or of the subject */
    opt_i64 state; /* enum mail_state */
    opt_i64 template_name;
    struct sort_key_slice sort; /* among created_at, recipient, state */
    uint64_t offset;
    uint32_t limit;
};

/* Who looks for work: one that is held is work for whoever can send it. */
struct mail_claim {
    instant now;
    bool takes_held;       /* there is a mail server */
    bool takes_held_links; /* and an address for links too */
};

struct mail_reader;
struct mail_reader_ops {
    err (*get)(struct mail_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct mail *out);
    err (*find)(struct mail_reader *r, struct arena *a, const struct mail_filter *filter,
                struct mail_slice *out, int64_t *total);
    err (*is_due)(struct mail_reader *r, const struct mail_claim *claim, bool *out);
};
struct mail_reader {
    const struct mail_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for a mail of another organization. */
static inline err mail_reader_get(struct mail_reader *r, struct arena *a, int64_t organization_key,
                                  uuid id, struct mail *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
static inline err mail_reader_find(struct mail_reader *r, struct arena *a,
                                   const struct mail_filter *filter, struct mail_slice *out,
                                   int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}
/* Whether a claim would find one. */
static inline err mail_reader_is_due(struct mail_reader *r, const struct mail_claim *claim,
                                     bool *out)
{
    return r->ops->is_due(r, claim, out);
}

struct mail_writer;
struct mail_writer_ops {
    err (*add)(struct mail_writer *w, struct mail *mail);
    err (*save)(struct mail_writer *w, struct mail *mail);
    err (*claim)(struct mail_writer *w, struct arena *a, const struct mail_claim *claim,
                 struct mail *out);
    err (*purge)(struct mail_writer *w, instant made_before, uint32_t limit, int64_t *count);
};
struct mail_writer {
    const struct mail_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err mail_writer_add(struct mail_writer *w, struct mail *mail)
{
    return w->ops->add(w, mail);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err mail_writer_save(struct mail_writer *w, struct mail *mail)
{
    return w->ops->save(w, mail);
}
/* Of all organizations, the mail that has been due for longest becomes MAIL_SENDING with a lease of
 * MAIL_LEASE_SECONDS and one attempt more. Those that are held come after the others, and only for
 * MAIL_TRY_SECONDS: nobody expects them any more then. Each claim changes the version, so that of
 * two that had the mail one after the other only the last can save its outcome.
 * Errors: NOT_FOUND (none is due). */
static inline err mail_writer_claim(struct mail_writer *w, struct arena *a,
                                    const struct mail_claim *claim, struct mail *out)
{
    return w->ops->claim(w, a, claim, out);
}
/* Removes the oldest that were made before, limit at most, but none that is still to be sent. */
static inline err mail_writer_purge(struct mail_writer *w, instant made_before, uint32_t limit,
                                    int64_t *count)
{
    return w->ops->purge(w, made_before, limit, count);
}

#endif
