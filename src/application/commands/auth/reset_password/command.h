/* A new password by the link that was sent: good once, for half an hour. */
#ifndef APPLICATION_COMMANDS_AUTH_RESET_PASSWORD_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_RESET_PASSWORD_COMMAND_H

#include "application/models/base_model.h"

struct reset_password {
    str token;
    str password;
};
struct reset_password_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(reset_password);

#endif
