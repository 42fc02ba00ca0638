/* Give a group another name. */
#ifndef APPLICATION_COMMANDS_GROUPS_UPDATE_GROUP_COMMAND_H
#define APPLICATION_COMMANDS_GROUPS_UPDATE_GROUP_COMMAND_H

#include "application/models/base_model.h"

struct update_group {
    uuid id;
    int64_t if_match;
    str name;
};
struct update_group_result {
    struct user_group group;
};
DECLARE_USE_CASE(update_group);

#endif
