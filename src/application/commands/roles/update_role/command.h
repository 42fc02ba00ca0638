/* Change a role of the organization's own; what is absent stays. */
#ifndef APPLICATION_COMMANDS_ROLES_UPDATE_ROLE_COMMAND_H
#define APPLICATION_COMMANDS_ROLES_UPDATE_ROLE_COMMAND_H

#include "application/models/role_view.h"

struct update_role {
    uuid id;
    int64_t if_match;
    str name;
    str description;
    struct str_slice permissions, granted_permissions;
};
struct update_role_result {
    struct role_view view;
};
DECLARE_USE_CASE(update_role);

#endif
