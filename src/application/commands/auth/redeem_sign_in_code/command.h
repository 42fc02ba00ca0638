/* Tokens for the code that a sign-in by a provider ended with. */
#ifndef APPLICATION_COMMANDS_AUTH_REDEEM_SIGN_IN_CODE_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_REDEEM_SIGN_IN_CODE_COMMAND_H

#include "application/models/provider_sign_in.h"
#include "application/models/session_tokens.h"

struct redeem_sign_in_code {
    str code, code_verifier;
};
struct redeem_sign_in_code_result {
    struct session_tokens tokens;
};
/* Errors: UNAUTHENTICATED (unknown, too late, used, or another's). */
DECLARE_USE_CASE(redeem_sign_in_code);

#endif
