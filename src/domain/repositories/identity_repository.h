/* Providers of identities, and identities: reading and writing apart. */
#ifndef DOMAIN_REPOSITORIES_IDENTITY_REPOSITORY_H
#define DOMAIN_REPOSITORIES_IDENTITY_REPOSITORY_H

#include "domain/entities/identity.h"

struct identity_reader;
struct identity_reader_ops {
    err (*get_provider)(struct identity_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct identity_provider *out);
    err (*find_provider)(struct identity_reader *r, struct arena *a, uuid id,
                         struct identity_provider *out);
    err (*list_providers)(struct identity_reader *r, struct arena *a, int64_t organization_key,
                          struct identity_provider_slice *out);
    err (*get)(struct identity_reader *r, struct arena *a, int64_t provider_key, str subject,
               struct identity *out);
    err (*of_user)(struct identity_reader *r, struct arena *a, int64_t user_key,
                   struct identity_slice *out);
};
struct identity_reader {
    const struct identity_reader_ops *ops;
};
/* Errors: NOT_FOUND, also for one of another organization. */
static inline err identity_reader_get_provider(struct identity_reader *r, struct arena *a,
                                               int64_t organization_key, uuid id,
                                               struct identity_provider *out)
{
    return r->ops->get_provider(r, a, organization_key, id, out);
}
/* For whoever is about to sign in, of whichever organization. Errors: NOT_FOUND. */
static inline err identity_reader_find_provider(struct identity_reader *r, struct arena *a, uuid id,
                                                struct identity_provider *out)
{
    return r->ops->find_provider(r, a, id, out);
}
/* By name. organization_key 0: those of all organizations that are enabled and listed. */
static inline err identity_reader_list_providers(struct identity_reader *r, struct arena *a,
                                                 int64_t organization_key,
                                                 struct identity_provider_slice *out)
{
    return r->ops->list_providers(r, a, organization_key, out);
}
/* Errors: NOT_FOUND. */
static inline err identity_reader_get(struct identity_reader *r, struct arena *a,
                                      int64_t provider_key, str subject, struct identity *out)
{
    return r->ops->get(r, a, provider_key, subject, out);
}
/* In the order in which they were made. */
static inline err identity_reader_of_user(struct identity_reader *r, struct arena *a,
                                          int64_t user_key, struct identity_slice *out)
{
    return r->ops->of_user(r, a, user_key, out);
}

struct identity_writer;
struct identity_writer_ops {
    err (*add_provider)(struct identity_writer *w, struct identity_provider *provider);
    err (*save_provider)(struct identity_writer *w, struct identity_provider *provider);
    err (*remove_provider)(struct identity_writer *w, int64_t key);
    err (*add)(struct identity_writer *w, struct identity *identity);
    err (*save)(struct identity_writer *w, struct identity *identity);
    err (*remove)(struct identity_writer *w, int64_t key);
    err (*remove_user)(struct identity_writer *w, int64_t user_key);
};
struct identity_writer {
    const struct identity_writer_ops *ops;
};
/* Gives it its key and version 1. Errors: CONFLICT (there is one of that name). */
static inline err identity_writer_add_provider(struct identity_writer *w,
                                               struct identity_provider *provider)
{
    return w->ops->add_provider(w, provider);
}
/* Errors: PRECONDITION_FAILED, CONFLICT. */
static inline err identity_writer_save_provider(struct identity_writer *w,
                                                struct identity_provider *provider)
{
    return w->ops->save_provider(w, provider);
}
/* With its identities. */
static inline err identity_writer_remove_provider(struct identity_writer *w, int64_t key)
{
    return w->ops->remove_provider(w, key);
}
/* Gives it its key and version 1. Errors: CONFLICT (that account is somebody already). */
static inline err identity_writer_add(struct identity_writer *w, struct identity *identity)
{
    return w->ops->add(w, identity);
}
/* Errors: PRECONDITION_FAILED. */
static inline err identity_writer_save(struct identity_writer *w, struct identity *identity)
{
    return w->ops->save(w, identity);
}
static inline err identity_writer_remove(struct identity_writer *w, int64_t key)
{
    return w->ops->remove(w, key);
}
/* All of a user. */
static inline err identity_writer_remove_user(struct identity_writer *w, int64_t user_key)
{
    return w->ops->remove_user(w, user_key);
}

#endif
