/* Let a user in again. */
#ifndef APPLICATION_COMMANDS_USERS_REACTIVATE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_REACTIVATE_USER_COMMAND_H

#include "application/models/user_view.h"

struct reactivate_user {
    uuid id;
};
struct reactivate_user_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(reactivate_user);

#endif
