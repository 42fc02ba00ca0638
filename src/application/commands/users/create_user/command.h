/* Make a user of the organization. */
#ifndef APPLICATION_COMMANDS_USERS_CREATE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_CREATE_USER_COMMAND_H

#include "application/models/base_model.h"

struct create_user {
    str email;
    str name;
    enum role role;
    str password;
};
struct create_user_result {
    struct user user;
};
DECLARE_USE_CASE(create_user);

#endif
