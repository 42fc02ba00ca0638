/* Issuing the pair of tokens. */
#include "application/models/session_tokens.h"

SCHEMA(session_tokens,
       FIELD(session_tokens, access_token, .flags = SECRET,
             .doc = "Send it as Authorization: Bearer"),
       FIELD(session_tokens, refresh_token, .flags = SECRET,
             .doc = "Exchange it once for a new pair"),
       FIELD(session_tokens, token_type, .doc = "bearer"),
       FIELD(session_tokens, expires_in, .doc = "Seconds"),
       FIELD(session_tokens, browser_token, .flags = SECRET | INTERNAL));

err session_tokens_issue(struct command_ctx *ctx, const struct session *session,
                         struct session_tokens *out)
{
    instant now = clock_now(ctx->clock);
    struct access_claims access = {.user_id = session->user_id,
                                   .session_id = session->id,
                                   .user_key = session->user_key,
                                   .issued_at = now,
                                   .expires_at = instant_add(now, SECONDS(ACCESS_TOKEN_SECONDS))};
    struct refresh_claims refresh = {.session_id = session->id, .generation = session->generation};
    out->token_type = STR("bearer");
    out->expires_in = ACCESS_TOKEN_SECONDS;
    TRY(token_issue_access(ctx->services->tokens, ctx->arena, &access, &out->access_token));
    TRY(token_issue_browser(ctx->services->tokens, ctx->arena, session->id, &out->browser_token));
    return token_issue_refresh(ctx->services->tokens, ctx->arena, &refresh, &out->refresh_token);
}
