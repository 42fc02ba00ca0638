/* For who lost a device, and does not know which of them it is. */
#include "application/commands/auth/end_other_sessions/command.h"

#include "application/models/password_rules.h"

SCHEMA_EMPTY(end_other_sessions);
SCHEMA_EMPTY(end_other_sessions_result);

static err end_other_sessions_handle(struct command_ctx *ctx, const struct end_other_sessions *cmd,
                                     struct end_other_sessions_result *out)
{
    (void)cmd, (void)out;
    ctx->scope->subject_id = ctx->principal->user_id;
    const struct user self = {.key = ctx->principal->user_key};
    return sessions_end_others(ctx, &self, ctx->principal->session_id);
}
COMMAND(end_other_sessions, .needs = SIGNED_IN, .doc = "End all of one's own sessions but this");
