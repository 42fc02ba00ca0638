/* Where an organization's audit trail begins since its oldest events were removed by retention: the
 * last of those, by its place and its hash, signed. Without it the first event that is left would
 * not follow from anything. */
#ifndef DOMAIN_ENTITIES_AUDIT_CUT_H
#define DOMAIN_ENTITIES_AUDIT_CUT_H

#include "base/schema.h"

struct audit_cut {
    int64_t key;
    int64_t organization_key;
    int64_t last_key;    /* of the last event removed */
    int64_t event_count; /* removed so far in all, which is the sequence of the last one */
    str hash;            /* of the last one */
    instant cut_at;
    str key_id, signature; /* see infrastructure/audit_seal.h */
};
DECLARE_SCHEMA(audit_cut);

#endif
