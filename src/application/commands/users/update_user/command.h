/* Change a user's name, role or password. What is absent stays. */
#ifndef APPLICATION_COMMANDS_USERS_UPDATE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_UPDATE_USER_COMMAND_H

#include "application/models/user_view.h"

struct update_user {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
    str name;
    str role;
    str password;
    opt_bool is_active;
};
struct update_user_result {
    struct user_view view;
};
DECLARE_USE_CASE(update_user);

#endif
