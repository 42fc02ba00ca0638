/* Sign in with e-mail and password, and a code where the user has a second factor. */
#ifndef APPLICATION_COMMANDS_AUTH_SIGN_IN_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_SIGN_IN_COMMAND_H

#include "application/models/session_tokens.h"

enum { FRESH_SIGN_IN_SECONDS = 5 * 60 }; /* as good as a password, for those who have none */

struct sign_in {
    str email;
    str password;
    str otp;
};
struct sign_in_result {
    struct session_tokens tokens;
};
DECLARE_USE_CASE(sign_in);

/* Remembers a wrong password or code of the user, in a command of its own: it stays although what
 * was asked is refused. user_key 0: of nobody, which costs as much. */
err sign_in_count_failure(struct command_ctx *ctx, int64_t user_key);

/* A session that begins at that time. Who vouched for the user is said in *session already. */
err sign_in_open_session(struct command_ctx *ctx, const struct user *user, instant at,
                         struct session *session);

/* Where the user has a second factor: takes the code, and the user is to be saved. None counts
 * while the account is locked. Errors: OTP_REQUIRED, what saving a failure returns. */
err sign_in_check_code(struct command_ctx *ctx, struct user *user, str code);

/* For what asks somebody who is signed in for the password again: failures count, and a locked
 * account stays locked. Who has none has signed in by their provider, and just now.
 * Errors: INVALID (none was sent), FORBIDDEN, UNAVAILABLE. */
err password_confirm(struct command_ctx *ctx, const struct user *user, str password);

/* Errors: SERIALIZATION (changed meanwhile: the command runs again), and what saving returns. */
err sign_in_save(struct command_ctx *ctx, struct user *user);

#endif
