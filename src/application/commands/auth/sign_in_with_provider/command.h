/* Sign in as whom a provider vouches for, or add the account to whoever asked for that. */
#ifndef APPLICATION_COMMANDS_AUTH_SIGN_IN_WITH_PROVIDER_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_SIGN_IN_WITH_PROVIDER_COMMAND_H

#include "application/models/provider_sign_in.h"
#include "application/models/session_tokens.h"

struct sign_in_with_provider {
    str assertion; /* as read_provider_answer gave it */
    str otp;
};
struct sign_in_with_provider_result {
    str browser_token;  /* absent: there is a code instead, or an account was added */
    str code;           /* for redeem_sign_in_code */
    str return_address; /* where the code goes */
    str next;
    bool is_linked; /* nobody was signed in: the account was added */
};
/* Errors: UNAUTHENTICATED (too late), OTP_REQUIRED (the same again, with a code), FORBIDDEN (nobody
 * here has that account, and nobody is made for it; says why), CONFLICT (the account or the address
 * is somebody else's), NOT_FOUND (the invitation is not good any more). */
DECLARE_USE_CASE(sign_in_with_provider);

#endif
