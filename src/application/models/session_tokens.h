/* What a sign-in and a refresh answer, as OAuth 2 names it (RFC 6749 5.1). */
#ifndef APPLICATION_MODELS_SESSION_TOKENS_H
#define APPLICATION_MODELS_SESSION_TOKENS_H

#include "application/models/base_model.h"

struct session_tokens {
    str access_token;
    str refresh_token;
    str token_type;
    int64_t expires_in;
    str browser_token; /* for a cookie; in no document */
};
DECLARE_SCHEMA(session_tokens);

/* Tokens for the session as it is now. */
err session_tokens_issue(struct command_ctx *ctx, const struct session *session,
                         struct session_tokens *out);

#endif
