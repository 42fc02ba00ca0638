/* Secrets that are given out once and recognised by their hash: links, keys, codes. They are long
 * enough that a plain hash keeps them; what people choose is the password service's. */
#ifndef APPLICATION_SERVICES_SECRET_SERVICE_H
#define APPLICATION_SERVICES_SECRET_SERVICE_H

#include "base/str.h"

struct secret_service;
struct secret_service_ops {
    str (*make)(struct secret_service *s, struct arena *a, const char *prefix);
    str (*digest)(struct secret_service *s, struct arena *a, str secret);
};
struct secret_service {
    const struct secret_service_ops *ops;
};

enum { SECRET_SIZE = 32, SECRET_TEXT_SIZE = 43 /* behind the prefix */ };

/* Prefix and 256 bits nobody can guess, base64url. */
static inline str secret_make(struct secret_service *s, struct arena *a, const char *prefix)
{
    return s->ops->make(s, a, prefix);
}
/* SHA-256, hexadecimal: what is kept and searched by. */
static inline str secret_digest(struct secret_service *s, struct arena *a, str secret)
{
    return s->ops->digest(s, a, secret);
}

/* Whether a text can be one at all: nobody has to look for others. */
bool secret_is_plausible(str text, const char *prefix);

#endif
