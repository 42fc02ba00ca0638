/* Invite somebody by mail, with a link that is good once. */
#ifndef APPLICATION_COMMANDS_USERS_INVITE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_INVITE_USER_COMMAND_H

#include "application/models/user_view.h"

struct invite_user {
    str email;
    str name;
    str role;
};
struct invite_user_result {
    struct user_view view;
};
DECLARE_USE_CASE(invite_user);

#endif
