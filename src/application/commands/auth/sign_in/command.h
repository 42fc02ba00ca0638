/* Sign in with e-mail and password. */
#ifndef APPLICATION_COMMANDS_AUTH_SIGN_IN_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_SIGN_IN_COMMAND_H

#include "application/models/session_tokens.h"

struct sign_in {
    str email;
    str password;
};
struct sign_in_result {
    struct session_tokens tokens;
};
DECLARE_USE_CASE(sign_in);

#endif
