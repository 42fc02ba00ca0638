/* Answers remembered under Idempotency-Keys. */
#ifndef DOMAIN_REPOSITORIES_IDEMPOTENCY_REPOSITORY_H
#define DOMAIN_REPOSITORIES_IDEMPOTENCY_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/idempotency_record.h"

struct idempotency_reader;
struct idempotency_reader_ops {
    err (*find)(struct idempotency_reader *r, struct arena *a, int64_t organization_key,
                uuid user_id, str key, struct idempotency_record *out);
};
struct idempotency_reader {
    const struct idempotency_reader_ops *ops;
};
/* Errors: NOT_FOUND. */
static inline err idempotency_reader_find(struct idempotency_reader *r, struct arena *a,
                                          int64_t organization_key, uuid user_id, str key,
                                          struct idempotency_record *out)
{
    return r->ops->find(r, a, organization_key, user_id, key, out);
}

struct idempotency_writer;
struct idempotency_writer_ops {
    err (*add)(struct idempotency_writer *w, struct idempotency_record *record);
    err (*purge)(struct idempotency_writer *w, instant made_before, int64_t *count);
};
struct idempotency_writer {
    const struct idempotency_writer_ops *ops;
};
/* Errors: CONFLICT (the key is in use). */
static inline err idempotency_writer_add(struct idempotency_writer *w,
                                         struct idempotency_record *record)
{
    return w->ops->add(w, record);
}
static inline err idempotency_writer_purge(struct idempotency_writer *w, instant made_before,
                                           int64_t *count)
{
    return w->ops->purge(w, made_before, count);
}

#endif
