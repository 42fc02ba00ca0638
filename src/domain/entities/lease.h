/* A lease: one holder at a time, until a moment. Whoever takes it from another gets a higher token,
 * by which what the other still does can be told from what counts. */
#ifndef DOMAIN_ENTITIES_LEASE_H
#define DOMAIN_ENTITIES_LEASE_H

#include "base/schema.h"

struct lease {
    int64_t key;
    str name;
    uuid holder;
    instant expires_at;
    int64_t token;
};
DECLARE_SCHEMA(lease);

#endif
