/* Make a user of the organization. */
#ifndef APPLICATION_COMMANDS_USERS_CREATE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_CREATE_USER_COMMAND_H

#include "application/models/user_view.h"

struct create_user {
    str email;
    str name;
    str role; /* name of a built-in one, or identifier of one of the organization's */
    str password;
};
struct create_user_result {
    struct user_view view;
};
DECLARE_USE_CASE(create_user);

#endif
