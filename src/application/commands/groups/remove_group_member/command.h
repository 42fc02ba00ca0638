/* Take a user out of a group. */
#ifndef APPLICATION_COMMANDS_GROUPS_REMOVE_GROUP_MEMBER_COMMAND_H
#define APPLICATION_COMMANDS_GROUPS_REMOVE_GROUP_MEMBER_COMMAND_H

#include "application/models/base_model.h"

struct remove_group_member {
    uuid id;
    uuid user_id;
};
struct remove_group_member_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(remove_group_member);

#endif
