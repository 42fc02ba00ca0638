/* struct principal: who is asking, whatever the door: a signed-in user, the program itself, or
 * nobody. */
#ifndef DOMAIN_ENTITIES_PRINCIPAL_H
#define DOMAIN_ENTITIES_PRINCIPAL_H

#include "base/uuid.h"
#include "domain/enums/grantee.h"
#include "domain/enums/permission.h"

enum principal_kind { PRINCIPAL_NOBODY, PRINCIPAL_USER, PRINCIPAL_SYSTEM, PRINCIPAL_SHARE };

struct principal {
    enum principal_kind kind;
    int64_t organization_key;
    int64_t user_key;
    uuid user_id, session_id;     /* of a share: its own identifier, as both */
    uint64_t permissions;         /* with everything of the organization */
    uint64_t granted_permissions; /* with what was granted, see struct access */
    enum grantee_kind grantee_kind;
    int64_t grantee_key;
    int64_t series_key; /* the one series that is seen, of a share; 0: all */
    uuid series_id;
    instant issued_at; /* the credentials; what ended the user's sessions later ended them */
    instant expires_at;
};

extern const struct principal principal_nobody;

/* The program acting for one organization: command line, worker. */
struct principal principal_system(int64_t organization_key);

#endif
