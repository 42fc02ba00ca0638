/* Rotation of refresh tokens, RFC 9700 4.14.2. */
#include "application/commands/auth/refresh_session/command.h"

SCHEMA(refresh_session,
       FIELD(refresh_session, refresh_token, .flags = REQUIRED | SECRET, .max = 512));
SCHEMA(refresh_session_result, FIELD_EMBED_OF(refresh_session_result, tokens, session_tokens));
SCHEMA(end_session, FIELD(end_session, session_id, .flags = REQUIRED));
SCHEMA_EMPTY(end_session_result);

static err end_session_handle(struct command_ctx *ctx, const struct end_session *cmd,
                              struct end_session_result *out)
{
    struct session session;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(session_reader_get(ctx->readers->sessions, ctx->arena, cmd->session_id, &session));
    ctx->scope->subject_id = session.user_id;
    ctx->scope->organization_key = session.organization_key;
    principal_cache_end_session(ctx->services->principals, session.id, now);
    if (session.revoked_at.us != 0)
        return OK;
    session.revoked_at = session.updated_at = now;
    err e = session_writer_save(ctx->uow->sessions, &session);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the session changed meanwhile")
                                             : e;
}
COMMAND(end_session, .needs = ANYONE, .doc = "End a session whose refresh token came back");

err session_go_on(struct command_ctx *ctx, const struct refresh_claims *claims,
                  struct session_tokens *out)
{
    struct session session;
    struct user user;
    instant now = clock_now(ctx->clock);
    err e = session_reader_get(ctx->readers->sessions, ctx->arena, claims->session_id, &session);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR(UNAUTHENTICATED, "the session has ended") : e;
    ctx->scope->subject_id = session.user_id;
    ctx->scope->organization_key = session.organization_key;
    if (!session_is_live(&session, now))
        return ERR(UNAUTHENTICATED, "the session has ended");
    if (claims->generation != session.generation) {
        struct end_session end = {session.id};
        struct end_session_result ignored;
        TRY(end_session_send(ctx->scope, &end, &ignored));
        return ERR(UNAUTHENTICATED, "the session has ended");
    }
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, session.user_key, &user));
    if (!user.is_active)
        return ERR(UNAUTHENTICATED, "the session has ended");
    session.generation++;
    session.updated_at = now;
    e = session_writer_save(ctx->uow->sessions, &session);
    if (failed(e)) /* two at once with the same token: the second sees the new generation and ends
                      the session */
        return e.code == ERR_PRECONDITION_FAILED
                   ? ERR(SERIALIZATION, "the session changed meanwhile")
                   : e;
    return session_tokens_issue(ctx, &session, out);
}

static err refresh_session_handle(struct command_ctx *ctx, const struct refresh_session *cmd,
                                  struct refresh_session_result *out)
{
    struct refresh_claims claims;
    TRY(token_verify_refresh(ctx->services->tokens, ctx->arena, cmd->refresh_token, &claims));
    return session_go_on(ctx, &claims, &out->tokens);
}
COMMAND(refresh_session, .needs = ANYONE,
        .doc = "Exchange a refresh token for a new pair of tokens");
