/* How far a reader of the whole audit trail has come, so that it goes on from there. */
#ifndef DOMAIN_ENTITIES_AUDIT_POSITION_H
#define DOMAIN_ENTITIES_AUDIT_POSITION_H

#include "base/schema.h"

struct audit_position {
    int64_t key;
    str name;
    int64_t position; /* key of the last event that is done with */
};
DECLARE_SCHEMA(audit_position);

#endif
