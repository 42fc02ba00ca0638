/* Delete a role of the organization's own. */
#ifndef APPLICATION_COMMANDS_ROLES_DELETE_ROLE_COMMAND_H
#define APPLICATION_COMMANDS_ROLES_DELETE_ROLE_COMMAND_H

#include "application/models/role_view.h"

struct delete_role {
    uuid id;
};
struct delete_role_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_role);

#endif
