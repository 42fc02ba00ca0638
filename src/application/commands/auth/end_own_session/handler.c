/* Of somebody else there is none. */
#include "application/commands/auth/end_own_session/command.h"

SCHEMA(end_own_session, FIELD(end_own_session, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(end_own_session_result);

static err end_own_session_handle(struct command_ctx *ctx, const struct end_own_session *cmd,
                                  struct end_own_session_result *out)
{
    struct session session;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(session_reader_get(ctx->readers->sessions, ctx->arena, cmd->id, &session));
    if (session.user_key != ctx->principal->user_key || !session_is_live(&session, now))
        return ERR(NOT_FOUND, "not found");
    ctx->scope->subject_id = session.user_id;
    principal_cache_end_session(ctx->services->principals, session.id, now);
    session.revoked_at = session.updated_at = now;
    err e = session_writer_save(ctx->uow->sessions, &session);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the session changed meanwhile")
                                             : e;
}
COMMAND(end_own_session, .needs = SIGNED_IN, .doc = "End one of one's own sessions");
