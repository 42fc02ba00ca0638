/* Take a user into a group. */
#ifndef APPLICATION_COMMANDS_GROUPS_ADD_GROUP_MEMBER_COMMAND_H
#define APPLICATION_COMMANDS_GROUPS_ADD_GROUP_MEMBER_COMMAND_H

#include "application/models/base_model.h"

struct add_group_member {
    uuid id;
    uuid user_id;
};
struct add_group_member_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(add_group_member);

#endif
