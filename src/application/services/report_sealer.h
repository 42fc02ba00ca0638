/* Who hashes and signs reports, and tells whether a signature holds. */
#ifndef APPLICATION_SERVICES_REPORT_SEALER_H
#define APPLICATION_SERVICES_REPORT_SEALER_H

#include "base/arena.h"
#include "base/str.h"

/* Texts live in the arena. */
struct report_seal_mark {
    str key_id, public_key, signature; /* Ed25519 (RFC 8032), base64url */
};

struct report_sealer;
struct report_sealer_ops {
    str (*hash)(const struct report_sealer *s, struct arena *a, str text);
    void (*sign)(const struct report_sealer *s, struct arena *a, str text,
                 struct report_seal_mark *out);
    bool (*holds)(const struct report_sealer *s, struct arena *a, str text,
                  const struct report_seal_mark *mark);
    bool (*is_own)(const struct report_sealer *s, struct arena *a, str public_key);
};
struct report_sealer {
    const struct report_sealer_ops *ops;
};
/* SHA-256, hexadecimal. */
static inline str report_sealer_hash(const struct report_sealer *s, struct arena *a, str text)
{
    return s->ops->hash(s, a, text);
}
static inline void report_sealer_sign(const struct report_sealer *s, struct arena *a, str text,
                                      struct report_seal_mark *out)
{
    s->ops->sign(s, a, text, out);
}
/* By the public key that is kept with the signature, so that what was signed under a secret from
 * before is verified too. */
static inline bool report_sealer_holds(const struct report_sealer *s, struct arena *a, str text,
                                       const struct report_seal_mark *mark)
{
    return s->ops->holds(s, a, text, mark);
}
/* That is the key of this installation's secret. */
static inline bool report_sealer_is_own(const struct report_sealer *s, struct arena *a,
                                        str public_key)
{
    return s->ops->is_own(s, a, public_key);
}

#endif
