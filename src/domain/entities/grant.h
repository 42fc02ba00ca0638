/* A grant: a right on a study, a patient or an album that somebody has beyond what their role
 * gives. */
#ifndef DOMAIN_ENTITIES_GRANT_H
#define DOMAIN_ENTITIES_GRANT_H

#include "domain/entities/access.h"
#include "domain/entities/entity.h"

enum {
    GRANT_REASON_SIZE_MAX = 500,
    GRANT_KEPT_SECONDS = 90 * 24 * 60 * 60 /* after it ended, so that it can be looked up */
};

struct grant {
    ENTITY_MEMBERS;
    enum grantee_kind grantee_kind;
    int64_t grantee_key;
    uuid grantee_id;
    enum granted_kind granted_kind;
    int64_t granted_key;
    uuid granted_id;
    int64_t rights;     /* bit n for permission n */
    instant expires_at; /* zero: it does not end */
    uuid granted_by;    /* user */
    str reason;         /* absent unless one was asked for */
};
DECLARE_SCHEMA(grant);
SLICE(grant);

#endif
