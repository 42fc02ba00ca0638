/* Rights and the built-in roles. A role is a set of permissions; a use case needs one of them. */
#ifndef DOMAIN_ENUMS_PERMISSION_H
#define DOMAIN_ENUMS_PERMISSION_H

#include "base/str.h"
#include "core/request_interface.h"

#include <stdbool.h>
#include <stdint.h>

/* Kept as bits: a new one comes last. */
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
    RUN_SYSTEM,       /* the program itself: worker, command line */
    WRITE_ROLES,      /* the organization's own roles */
    WRITE_GRANTS,     /* open studies to those whose role does not */
    BREAK_GLASS,      /* open a study to oneself, in an emergency */
    OWN_SIGN_IN,      /* what is left to somebody who must set up a second factor first */
    DOWNLOAD_STUDIES, /* whole instances and archives */
    SHARE_STUDIES,    /* links, inboxes, albums */
    WRITE_API_KEYS,
    SIGN_URLS, /* addresses that are good without other credentials: everybody who is signed in */
    READ_REPORTS,  /* of the studies that one sees; those that are not drafts */
    WRITE_REPORTS, /* drafts, preliminary reports, addenda and amendments of them */
    SIGN_REPORTS,
    WRITE_REPORT_TEMPLATES,
    READ_DEIDENTIFIED, /* look at and download images without seeing whose they are */
    WRITE_WEBHOOKS,    /* who outside is told of events */
    PERMISSION_COUNT
};

/* Kept as numbers: a new one comes last, and ROLE_CUSTOM stays what it is. */
enum role {
    ROLE_ADMINISTRATOR,
    ROLE_RADIOLOGIST,
    ROLE_TECHNOLOGIST,
    ROLE_REFERRER,
    ROLE_RESEARCHER,
    ROLE_VIEWER,
    ROLE_CUSTOM, /* one of the organization's own, see struct custom_role */
    ROLE_COUNT
};

extern const char *const permission_names[]; /* NULL-terminated */
extern const char *const role_names[];

/* What somebody may do: bit n for permission n. */
struct rights {
    uint64_t permissions;         /* with everything of the organization */
    uint64_t granted_permissions; /* beyond that, with what was granted to them */
};

/* Of a built-in role. A researcher sees de-identified data only and a referrer what is granted to
 * them, so neither may read the archive as such. ROLE_CUSTOM: what everybody may who is signed in.
 */
uint64_t role_permissions(enum role role);
/* What can be granted beyond that to a user of the role, on a study, a patient or an album. */
uint64_t role_grantable_permissions(enum role role);
static inline struct rights role_rights(enum role role)
{
    return (struct rights){role_permissions(role), role_grantable_permissions(role)};
}

/* What a role of an organization's own may consist of, and what of that can be limited to what was
 * granted. */
uint64_t assignable_permissions(void);
uint64_t grantable_permissions(void);

/* Whoever has the first may give the second to others, and may change those who have it: nothing
 * that they do not have themselves, with everything of the organization. Whoever reads everything
 * need not have BREAK_GLASS or READ_DEIDENTIFIED to give it: it would open nothing to them. */
bool rights_cover(struct rights have, struct rights other);

/* Of somebody who must set up a second factor first. */
uint64_t permissions_to_enroll(void);

/* What is left of anybody's to whoever comes by a signed address: to look, and nothing else. */
uint64_t permissions_when_signed(permission_number needs);

static inline bool permissions_have(uint64_t permissions, unsigned needed)
{
    return needed < PERMISSION_COUNT && (permissions >> needed & 1) != 0;
}

/* The name of a permission; PERMISSION_UNDECIDED: there is none. */
enum permission permission_of_name(str name);
/* False: there is none of that name. */
bool role_of_name(str name, enum role *out);
/* The names of those in the set, in the order of the enum; and back, where unknown names are left
 * out. */
struct str_slice permissions_list(struct arena *a, uint64_t permissions);
uint64_t permissions_of_list(struct str_slice names);
struct str_slice roles_list(struct arena *a, uint64_t roles);
uint64_t roles_of_list(struct str_slice names);

/* For schemas: NULL, or what is wrong with a name. */
const char *assignable_permission_complaint(str name);
const char *grantable_permission_complaint(str name);
const char *role_name_complaint(str name);

#endif
