/* Exchange a refresh token for a new pair. Each is good once; one that comes back ends the whole
 * session. */
#ifndef APPLICATION_COMMANDS_AUTH_REFRESH_SESSION_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_REFRESH_SESSION_COMMAND_H

#include "application/models/session_tokens.h"

struct refresh_session {
    str refresh_token;
};
struct refresh_session_result {
    struct session_tokens tokens;
};
DECLARE_USE_CASE(refresh_session);

/* The next tokens of a session whose newest generation that is; another generation means that
 * something was copied, and ends it. Errors: UNAUTHENTICATED. */
err session_go_on(struct command_ctx *ctx, const struct refresh_claims *claims,
                  struct session_tokens *out);

/* Ends a session, in a command of its own so that it stays ended although the refresh is refused.
 */
struct end_session {
    uuid session_id;
};
struct end_session_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(end_session);

#endif
