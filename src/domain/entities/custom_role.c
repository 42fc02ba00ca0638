/* Schema and rules of the organization's own roles. */
#include "domain/entities/custom_role.h"

SCHEMA(custom_role, ENTITY_FIELDS(custom_role),
       FIELD(custom_role, name, .flags = REQUIRED, .max = NAME_SIZE_MAX,
             .check = custom_role_name_complaint, .doc = "Unique in the organization"),
       FIELD(custom_role, description, .max = LONG_TEXT_SIZE_MAX, .doc = "What it is for"),
       FIELD(custom_role, permission_set, .flags = INTERNAL, .doc = "Set of permissions"),
       FIELD(custom_role, granted_set, .flags = INTERNAL,
             .doc = "Set of permissions, with what was granted"));

const char *custom_role_name_complaint(str name)
{
    enum role role;
    return role_of_name(name, &role) ? "is the name of a built-in role" : NULL;
}

/* Whatever the row says: what is not for organizations to give is not given. Whoever may break the
 * glass sees what that opens. */
struct rights custom_role_rights(const struct custom_role *role)
{
    uint64_t set = (uint64_t)role->permission_set & assignable_permissions();
    uint64_t granted = (uint64_t)role->granted_set & grantable_permissions();
    if (permissions_have(set, BREAK_GLASS))
        granted |= UINT64_C(1) << READ_STUDIES;
    return (struct rights){.permissions = role_permissions(ROLE_CUSTOM) | set,
                           .granted_permissions = granted};
}
