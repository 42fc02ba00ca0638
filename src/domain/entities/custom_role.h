/* A role of an organization's own: a set of permissions under a name. */
#ifndef DOMAIN_ENTITIES_CUSTOM_ROLE_H
#define DOMAIN_ENTITIES_CUSTOM_ROLE_H

#include "domain/entities/entity.h"
#include "domain/enums/permission.h"

struct custom_role {
    ENTITY_MEMBERS;
    str name;               /* unique in the organization; none of a built-in one */
    str description;        /* may be absent */
    int64_t permission_set; /* with everything of the organization: bit n for permission n */
    int64_t granted_set;    /* with what was granted */
};
DECLARE_SCHEMA(custom_role);
SLICE(custom_role);

/* NULL, or what is wrong with a name. */
const char *custom_role_name_complaint(str name);

/* With what everybody has who is signed in. */
struct rights custom_role_rights(const struct custom_role *role);

#endif
