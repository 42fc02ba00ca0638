/* Sessions: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_SESSION_REPOSITORY_H
#define DOMAIN_REPOSITORIES_SESSION_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/session.h"

struct session_reader;
struct session_reader_ops {
    err (*get)(struct session_reader *r, struct arena *a, uuid id, struct session *out);
};
struct session_reader {
    const struct session_reader_ops *ops;
};
/* Errors: NOT_FOUND. */
static inline err session_reader_get(struct session_reader *r, struct arena *a, uuid id,
                                     struct session *out)
{
    return r->ops->get(r, a, id, out);
}

struct session_writer;
struct session_writer_ops {
    err (*add)(struct session_writer *w, struct session *session);
    err (*save)(struct session_writer *w, struct session *session);
    err (*revoke_user)(struct session_writer *w, int64_t user_key, instant now);
    err (*purge)(struct session_writer *w, instant ended_before, int64_t *count);
};
struct session_writer {
    const struct session_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err session_writer_add(struct session_writer *w, struct session *session)
{
    return w->ops->add(w, session);
}
/* As user_writer_save. Errors: PRECONDITION_FAILED. */
static inline err session_writer_save(struct session_writer *w, struct session *session)
{
    return w->ops->save(w, session);
}
/* Ends all live sessions of a user. */
static inline err session_writer_revoke_user(struct session_writer *w, int64_t user_key,
                                             instant now)
{
    return w->ops->revoke_user(w, user_key, now);
}
/* Removes what expired or was revoked before. */
static inline err session_writer_purge(struct session_writer *w, instant ended_before,
                                       int64_t *count)
{
    return w->ops->purge(w, ended_before, count);
}

#endif
