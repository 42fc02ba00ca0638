/* Rights and the built-in roles. A role is a set of permissions; a use case needs one of them. */
#ifndef DOMAIN_ENUMS_PERMISSION_H
#define DOMAIN_ENUMS_PERMISSION_H

#include "core/request_interface.h"

#include <stdbool.h>
#include <stdint.h>

enum permission {
    ANYONE = PERMISSION_ANYONE,
    SIGNED_IN = PERMISSION_SIGNED_IN,
    READ_STUDIES,
    WRITE_STUDIES,
    DELETE_STUDIES,
    READ_USERS,
    WRITE_USERS,
    READ_AUDIT,
    WRITE_SETTINGS, /* what holds for all of an organization */
    READ_WORK_ITEMS,
    WRITE_WORK_ITEMS,
    WRITE_API_KEYS,
    RUN_SYSTEM, /* the program itself: worker, command line */
    PERMISSION_COUNT
};

enum role {
    ROLE_ADMINISTRATOR,
    ROLE_RADIOLOGIST,
    ROLE_TECHNOLOGIST,
    ROLE_REFERRER,
    ROLE_RESEARCHER,
    ROLE_VIEWER,
    ROLE_COUNT
};

extern const char *const permission_names[]; /* NULL-terminated */
extern const char *const role_names[];

/* What role may do with everything, bit n for permission n. A researcher sees de-identified data
 * only and a referrer what is granted to them, so neither may read the archive as such. */
uint64_t role_permissions(enum role role);
/* What can be granted beyond that to a user of the role, on a study, a patient or an album. */
uint64_t role_grantable_permissions(enum role role);

static inline bool permissions_have(uint64_t permissions, unsigned needed)
{
    return needed < PERMISSION_COUNT && (permissions >> needed & 1) != 0;
}

#endif
