/* Inactive, and every session ended. */
#include "application/commands/users/deactivate_user/command.h"

#include "application/models/user_view.h"

SCHEMA(deactivate_user, FIELD(deactivate_user, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(deactivate_user_result);

static err deactivate_user_handle(struct command_ctx *ctx, const struct deactivate_user *cmd,
                                  struct deactivate_user_result *out)
{
    struct user user;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.key == ctx->principal->user_key)
        return ERR(CONFLICT, "nobody deactivates themselves");
    if (user.invited_email.ptr != NULL)
        return ERR(CONFLICT, "the invitation has not been accepted yet");
    user.is_active = false;
    user.updated_at = clock_now(ctx->clock);
    TRY(user_writer_save(ctx->uow->users, &user));
    TRY(user_check_administrators(ctx));
    return user_end_sessions(ctx, &user);
}
COMMAND(deactivate_user, .needs = WRITE_USERS, .doc = "Deactivate a user and end their sessions");
