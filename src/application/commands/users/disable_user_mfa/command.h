/* Remove the second factor of somebody who has lost it. */
#ifndef APPLICATION_COMMANDS_USERS_DISABLE_USER_MFA_COMMAND_H
#define APPLICATION_COMMANDS_USERS_DISABLE_USER_MFA_COMMAND_H

#include "application/models/base_model.h"

struct disable_user_mfa {
    uuid id;
    str password;
};
struct disable_user_mfa_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(disable_user_mfa);

#endif
