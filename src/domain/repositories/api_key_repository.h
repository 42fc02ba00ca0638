/* API keys: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_API_KEY_REPOSITORY_H
#define DOMAIN_REPOSITORIES_API_KEY_REPOSITORY_H

#include "base/err.h"
#include "domain/entities/api_key.h"

struct api_key_filter {
    int64_t organization_key;
    bool revoked;    /* instead of those that are not */
    str search;      /* part of the name */
    uuid created_by; /* unset: whoever made them */
    instant live_at; /* that have not ended by then; zero: those too */
    uint64_t offset;
    uint32_t limit;
};

struct api_key_reader;
struct api_key_reader_ops {
    err (*get)(struct api_key_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct api_key *out);
    err (*find)(struct api_key_reader *r, struct arena *a, const struct api_key_filter *filter,
                struct api_key_slice *out, int64_t *total);
};
struct api_key_reader {
    const struct api_key_reader_ops *ops;
};
/* organization_key 0: of whichever organization, for who has shown the key itself. Errors:
 * NOT_FOUND. */
static inline err api_key_reader_get(struct api_key_reader *r, struct arena *a,
                                     int64_t organization_key, uuid id, struct api_key *out)
{
    return r->ops->get(r, a, organization_key, id, out);
}
/* The newest first. */
static inline err api_key_reader_find(struct api_key_reader *r, struct arena *a,
                                      const struct api_key_filter *filter,
                                      struct api_key_slice *out, int64_t *total)
{
    return r->ops->find(r, a, filter, out, total);
}

struct api_key_writer;
struct api_key_writer_ops {
    err (*add)(struct api_key_writer *w, struct api_key *key);
    err (*save)(struct api_key_writer *w, struct api_key *key);
    err (*note_use)(struct api_key_writer *w, int64_t key, instant now, str from);
    err (*count_sent)(struct api_key_writer *w, int64_t key, int64_t day, int64_t size);
};
struct api_key_writer {
    const struct api_key_writer_ops *ops;
};
/* Gives it its key and version 1. */
static inline err api_key_writer_add(struct api_key_writer *w, struct api_key *key)
{
    return w->ops->add(w, key);
}
/* As user_writer_save; what note_use and count_sent write is left alone. Errors:
 * PRECONDITION_FAILED. */
static inline err api_key_writer_save(struct api_key_writer *w, struct api_key *key)
{
    return w->ops->save(w, key);
}
/* Unless it was noted less than API_KEY_USE_SECONDS ago. Not a change of the key: its version
 * stays. */
static inline err api_key_writer_note_use(struct api_key_writer *w, int64_t key, instant now,
                                          str from)
{
    return w->ops->note_use(w, key, now, from);
}
/* Adds to what it has sent that day (YYYYMMDD); of another day begins anew. */
static inline err api_key_writer_count_sent(struct api_key_writer *w, int64_t key, int64_t day,
                                            int64_t size)
{
    return w->ops->count_sent(w, key, day, size);
}

#endif
