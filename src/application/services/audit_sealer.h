/* Who signs what the audit trail must be measured by. */
#ifndef APPLICATION_SERVICES_AUDIT_SEALER_H
#define APPLICATION_SERVICES_AUDIT_SEALER_H

#include "base/arena.h"
#include "domain/entities/audit_anchor.h"

struct audit_sealer;
struct audit_sealer_ops {
    void (*sign)(const struct audit_sealer *s, struct arena *a, struct audit_anchor *anchor);
};
struct audit_sealer {
    const struct audit_sealer_ops *ops;
};
/* Fills key_id and signature, which live in a. */
static inline void audit_sealer_sign(const struct audit_sealer *s, struct arena *a,
                                     struct audit_anchor *anchor)
{
    s->ops->sign(s, a, anchor);
}

#endif
