/* Sessions: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_SESSION_REPOSITORY_H
#define DOMAIN_REPOSITORIES_SESSION_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/session.h"

struct session_reader;
struct session_reader_ops {
    err (*get)(struct session_reader *r, struct arena *a, uuid id, struct session *out);
    err (*live)(struct session_reader *r, struct arena *a, int64_t user_key, instant now,
                struct session_slice *out);
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

/* Of one user, those that have not ended, the newest SESSION_COUNT_SHOWN of them, newest first. */
static inline err session_reader_live(struct session_reader *r, struct arena *a, int64_t user_key,
                                      instant now, struct session_slice *out)
{
    return r->ops->live(r, a, user_key, now, out);
}

/* What a sign-in shows of its device. */
enum device_news {
    DEVICE_KNOWN,
    DEVICE_FIRST, /* the user had none before */
    DEVICE_NEW
};

struct session_writer;
struct session_writer_ops {
    err (*add)(struct session_writer *w, struct session *session);
    err (*save)(struct session_writer *w, struct session *session);
    err (*revoke_user)(struct session_writer *w, int64_t user_key, instant now);
    err (*revoke_others)(struct session_writer *w, struct arena *a, int64_t user_key, uuid kept,
                         instant now, struct uuid_slice *out);
    err (*touch)(struct session_writer *w, uuid id, instant at);
    err (*purge)(struct session_writer *w, instant ended_before, int64_t *count);
    err (*note_device)(struct session_writer *w, int64_t user_key, str device, instant now,
                       enum device_news *out);
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
/* Ends all live sessions of a user but the one to keep; tells which. */
static inline err session_writer_revoke_others(struct session_writer *w, struct arena *a,
                                               int64_t user_key, uuid kept, instant now,
                                               struct uuid_slice *out)
{
    return w->ops->revoke_others(w, a, user_key, kept, now, out);
}
/* Notes that it was used, and nothing else of it: whoever saves it meanwhile is not disturbed. */
static inline err session_writer_touch(struct session_writer *w, uuid id, instant at)
{
    return w->ops->touch(w, id, at);
}
/* Removes what expired or was revoked before. */
static inline err session_writer_purge(struct session_writer *w, instant ended_before,
                                       int64_t *count)
{
    return w->ops->purge(w, ended_before, count);
}
/* Remembers that the user signed in with it. */
static inline err session_writer_note_device(struct session_writer *w, int64_t user_key, str device,
                                             instant now, enum device_news *out)
{
    return w->ops->note_device(w, user_key, device, now, out);
}

#endif
