/* Make a role of the organization's own. */
#ifndef APPLICATION_COMMANDS_ROLES_CREATE_ROLE_COMMAND_H
#define APPLICATION_COMMANDS_ROLES_CREATE_ROLE_COMMAND_H

#include "application/models/role_view.h"

struct create_role {
    str name;
    str description;
    struct str_slice permissions, granted_permissions;
};
struct create_role_result {
    struct role_view view;
};
DECLARE_USE_CASE(create_role);

#endif
