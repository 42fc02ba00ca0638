/* An anchor: at that time an organization's audit trail ended with that event, signed. Kept where
 * whoever can write to the database cannot, it tells of newest events that were removed and of a
 * trail that was made anew. */
#ifndef DOMAIN_ENTITIES_AUDIT_ANCHOR_H
#define DOMAIN_ENTITIES_AUDIT_ANCHOR_H

#include "base/schema.h"

struct audit_anchor {
    uuid organization_id; /* absent: the trail of what belongs to none */
    int64_t sequence;
    str hash;
    instant anchored_at;
    str key_id, signature;
};
DECLARE_SCHEMA(audit_anchor);
SLICE(audit_anchor);

#endif
