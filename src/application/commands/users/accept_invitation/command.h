/* Accept an invitation: choose a password, and sign in with it from then on. */
#ifndef APPLICATION_COMMANDS_USERS_ACCEPT_INVITATION_COMMAND_H
#define APPLICATION_COMMANDS_USERS_ACCEPT_INVITATION_COMMAND_H

#include "application/models/base_model.h"

struct accept_invitation {
    str token;
    str name;
    str password;
};
struct accept_invitation_result {
    str email;
};
DECLARE_USE_CASE(accept_invitation);

#endif
