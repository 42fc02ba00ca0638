/* Begin to set up a second factor: a secret for an authenticator. */
#ifndef APPLICATION_COMMANDS_AUTH_ENROLL_MFA_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_ENROLL_MFA_COMMAND_H

#include "application/models/base_model.h"

struct enroll_mfa {
    str password;
};
struct enroll_mfa_result {
    str secret;
    str uri;
};
DECLARE_USE_CASE(enroll_mfa);

#endif
