/* struct principal: who is asking, whatever the door: a signed-in user, the program itself, or
 * nobody. */
#ifndef DOMAIN_ENTITIES_PRINCIPAL_H
#define DOMAIN_ENTITIES_PRINCIPAL_H

#include "base/uuid.h"
#include "domain/enums/grantee.h"
#include "domain/enums/permission.h"

enum principal_kind {
    PRINCIPAL_NOBODY,
    PRINCIPAL_USER,
    PRINCIPAL_SYSTEM,
    PRINCIPAL_SHARE,
    PRINCIPAL_API_KEY,
    PRINCIPAL_SIGNED_URL, /* whoever has an address that one of the others signed; who that was */
    PRINCIPAL_KIND_COUNT
};
extern const char *const principal_kind_names[]; /* NULL-terminated */

enum { PRINCIPAL_NAME_SIZE = 128 };

struct principal {
    enum principal_kind kind;
    int64_t organization_key;
    int64_t user_key;
    uuid user_id;    /* of an API key: who made it; of a share: itself */
    uuid session_id; /* what the credentials are of: of an API key or a share, itself */
    char name[PRINCIPAL_NAME_SIZE]; /* for the audit trail: of a user the e-mail; may be cut off */
    uint64_t permissions;           /* with everything of the organization */
    uint64_t granted_permissions;   /* with what was granted, see struct access */
    enum grantee_kind grantee_kind;
    int64_t grantee_key;
    int64_t series_key; /* the one series that is seen, of a share; 0: all */
    uuid series_id;
    bool is_deidentified; /* what was granted is seen de-identified, and nothing as it came */
    instant issued_at;    /* the session or key; what ended the user's sessions later ended them */
    instant expires_at;
    uint32_t requests_per_minute; /* of an API key, or by signed addresses; 0: not counted */
    int64_t daily_size;           /* of an API key: bytes it may send in a day; 0: no limit */
};

extern const struct principal principal_nobody;

/* Keeps as much of the name as there is room for, in whole characters. */
void principal_set_name(struct principal *p, str name);
/* What the audit trail knows it by: the user, or whatever else signed in. */
uuid principal_actor_id(const struct principal *p);

/* The program acting for one organization: command line, worker. */
struct principal principal_system(int64_t organization_key);

#endif
