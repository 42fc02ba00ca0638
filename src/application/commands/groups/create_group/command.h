/* Make a group. */
#ifndef APPLICATION_COMMANDS_GROUPS_CREATE_GROUP_COMMAND_H
#define APPLICATION_COMMANDS_GROUPS_CREATE_GROUP_COMMAND_H

#include "application/models/base_model.h"

struct create_group {
    str name;
};
struct create_group_result {
    struct user_group group;
};
DECLARE_USE_CASE(create_group);

#endif
