/* Inactive, and every session ended. */
#include "application/commands/users/deactivate_user/command.h"

SCHEMA(deactivate_user, FIELD(deactivate_user, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(deactivate_user_result);

static err deactivate_user_handle(struct command_ctx *ctx, const struct deactivate_user *cmd,
                                  struct deactivate_user_result *out)
{
    struct user user;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key, cmd->id,
                        &user));
    if (user.key == ctx->principal->user_key)
        return ERR(CONFLICT, "nobody deactivates themselves");
    user.is_active = false;
    user.updated_at = now;
    TRY(user_writer_save(ctx->uow->users, &user));
    TRY(session_writer_revoke_user(ctx->uow->sessions, user.key, now));
    principal_cache_end_user(ctx->services->principals, user.key, now);
    return OK;
}
COMMAND(deactivate_user, .needs = WRITE_USERS, .doc = "Deactivate a user and end their sessions");
