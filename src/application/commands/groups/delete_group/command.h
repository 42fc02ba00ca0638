/* Delete a group: its members lose what it was granted. */
#ifndef APPLICATION_COMMANDS_GROUPS_DELETE_GROUP_COMMAND_H
#define APPLICATION_COMMANDS_GROUPS_DELETE_GROUP_COMMAND_H

#include "application/models/base_model.h"

struct delete_group {
    uuid id;
};
struct delete_group_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_group);

#endif
