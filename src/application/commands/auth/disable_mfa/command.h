/* Do without the second factor, for whoever has both. */
#ifndef APPLICATION_COMMANDS_AUTH_DISABLE_MFA_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_DISABLE_MFA_COMMAND_H

#include "application/models/base_model.h"

struct disable_mfa {
    str password;
    str code;
};
struct disable_mfa_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(disable_mfa);

#endif
