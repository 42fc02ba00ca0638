/* Another password for whoever is signed in and knows the old one. */
#ifndef APPLICATION_COMMANDS_AUTH_CHANGE_PASSWORD_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_CHANGE_PASSWORD_COMMAND_H

#include "application/models/base_model.h"

struct change_password {
    str old_password;
    str new_password;
};
struct change_password_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(change_password);

#endif
