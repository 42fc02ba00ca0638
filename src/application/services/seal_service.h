/* What the program must be able to read again, but nobody else who reads the database: sealed with
 * a key that follows from GANTRY_SECRET_KEY. What need not be read again is hashed instead. */
#ifndef APPLICATION_SERVICES_SEAL_SERVICE_H
#define APPLICATION_SERVICES_SEAL_SERVICE_H

#include "base/err.h"
#include "base/str.h"

struct seal_service;
struct seal_service_ops {
    str (*seal)(struct seal_service *s, struct arena *a, str place, str plain);
    err (*unseal)(struct seal_service *s, struct arena *a, str place, str sealed, str *out);
};
struct seal_service {
    const struct seal_service_ops *ops;
};

/* As text. place: what it belongs to, "mail" and its identifier say; elsewhere it cannot be opened,
 * so that no seal can be put in another's place. */
static inline str seal(struct seal_service *s, struct arena *a, str place, str plain)
{
    return s->ops->seal(s, a, place, plain);
}
/* Errors: MALFORMED (of another key or another place, or changed). */
static inline err unseal(struct seal_service *s, struct arena *a, str place, str sealed, str *out)
{
    return s->ops->unseal(s, a, place, sealed, out);
}

#endif
