/* A revoked session stays until its access tokens have expired too. */
#include "application/commands/system/purge_sessions/command.h"

SCHEMA_EMPTY(purge_sessions);
SCHEMA(purge_sessions_result, FIELD(purge_sessions_result, count, .doc = "Removed"));

static err purge_sessions_handle(struct command_ctx *ctx, const struct purge_sessions *cmd,
                                 struct purge_sessions_result *out)
{
    (void)cmd;
    instant before = instant_add(clock_now(ctx->clock), -SECONDS(ACCESS_TOKEN_SECONDS));
    return session_writer_purge(ctx->uow->sessions, before, &out->count);
}
COMMAND(purge_sessions, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Remove sessions that have ended");
