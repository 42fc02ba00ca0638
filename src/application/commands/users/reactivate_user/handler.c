/* The account is as it was; a lock is lifted too. */
#include "application/commands/users/reactivate_user/command.h"

SCHEMA(reactivate_user, FIELD(reactivate_user, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(reactivate_user_result);

static err reactivate_user_handle(struct command_ctx *ctx, const struct reactivate_user *cmd,
                                  struct reactivate_user_result *out)
{
    struct user user;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.invited_email.ptr != NULL)
        return ERR(CONFLICT, "the invitation has not been accepted yet");
    user.is_active = true;
    user.failure_count = 0;
    user.locked_until = (instant){0};
    user.updated_at = clock_now(ctx->clock);
    return user_writer_save(ctx->uow->users, &user);
}
COMMAND(reactivate_user, .needs = WRITE_USERS, .doc = "Let a deactivated or locked user in again");
