/* The keys that access tokens are signed with, of the whole installation. */
#ifndef DOMAIN_REPOSITORIES_SIGNING_KEY_REPOSITORY_H
#define DOMAIN_REPOSITORIES_SIGNING_KEY_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/signing_key.h"

struct signing_key_reader;
struct signing_key_reader_ops {
    err (*all)(struct signing_key_reader *r, struct arena *a, struct signing_key_slice *out);
};
struct signing_key_reader {
    const struct signing_key_reader_ops *ops;
};
/* In the order they were made. */
static inline err signing_key_reader_all(struct signing_key_reader *r, struct arena *a,
                                         struct signing_key_slice *out)
{
    return r->ops->all(r, a, out);
}

struct signing_key_writer;
struct signing_key_writer_ops {
    err (*add)(struct signing_key_writer *w, struct signing_key *key);
    err (*remove)(struct signing_key_writer *w, int64_t key);
};
struct signing_key_writer {
    const struct signing_key_writer_ops *ops;
};
/* Gives it its key. Errors: CONFLICT (a key of that identifier). */
static inline err signing_key_writer_add(struct signing_key_writer *w, struct signing_key *key)
{
    return w->ops->add(w, key);
}
/* By row key. One that is not there is a no-op. */
static inline err signing_key_writer_remove(struct signing_key_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}

#endif
