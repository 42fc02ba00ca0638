/* Passwords: argon2id, with a cap on how many are worked on at once, because each takes tens of
 * MiB. */
#ifndef APPLICATION_SERVICES_PASSWORD_SERVICE_H
#define APPLICATION_SERVICES_PASSWORD_SERVICE_H

#include "base/err.h"
#include "base/str.h"

struct password_service;
struct password_service_ops {
    err (*hash)(struct password_service *p, struct arena *a, str password, str *out);
    err (*verify)(struct password_service *p, str password, str hash, bool *matches);
    err (*normalize)(struct password_service *p, struct arena *a, str password, str *out);
};
struct password_service {
    const struct password_service_ops *ops;
};

/* Errors: UNAVAILABLE. */
static inline err password_hash(struct password_service *p, struct arena *a, str password, str *out)
{
    return p->ops->hash(p, a, password, out);
}
/* Unicode's NFC, in which it is hashed and verified too. Errors: INVALID (not UTF-8). */
static inline err password_normalize(struct password_service *p, struct arena *a, str password,
                                     str *out)
{
    return p->ops->normalize(p, a, password, out);
}
/* With an absent hash it does the same work and says no: an unknown user takes as long as a known
 * one. */
static inline err password_verify(struct password_service *p, str password, str hash, bool *matches)
{
    return p->ops->verify(p, password, hash, matches);
}

#endif
