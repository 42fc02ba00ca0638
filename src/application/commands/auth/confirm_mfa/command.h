/* Put the second factor in force, by a code of it. */
#ifndef APPLICATION_COMMANDS_AUTH_CONFIRM_MFA_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_CONFIRM_MFA_COMMAND_H

#include "application/models/base_model.h"

struct confirm_mfa {
    str code;
};
struct confirm_mfa_result {
    struct str_slice recovery_codes;
};
DECLARE_USE_CASE(confirm_mfa);

#endif
