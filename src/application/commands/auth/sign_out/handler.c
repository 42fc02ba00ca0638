/* Ends the session of the principal; its access token is refused from now on. */
#include "application/commands/auth/sign_out/command.h"

SCHEMA_EMPTY(sign_out);
SCHEMA_EMPTY(sign_out_result);

static err sign_out_handle(struct command_ctx *ctx, const struct sign_out *cmd,
                           struct sign_out_result *out)
{
    struct session session;
    instant now = clock_now(ctx->clock);
    (void)cmd;
    (void)out;
    TRY(session_reader_get(ctx->readers->sessions, ctx->arena, ctx->principal->session_id,
                           &session));
    principal_cache_end_session(ctx->services->principals, session.id, now);
    session.revoked_at = session.updated_at = now;
    err e = session_writer_save(ctx->uow->sessions, &session);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the session changed meanwhile")
                                             : e;
}
COMMAND(sign_out, .needs = OWN_SIGN_IN, .doc = "End this session");
