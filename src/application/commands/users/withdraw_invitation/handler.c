/* The user never was. */
#include "application/commands/users/withdraw_invitation/command.h"

SCHEMA(withdraw_invitation, FIELD(withdraw_invitation, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(withdraw_invitation_result);

static err withdraw_invitation_handle(struct command_ctx *ctx,
                                      const struct withdraw_invitation *cmd,
                                      struct withdraw_invitation_result *out)
{
    struct user user;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.invited_email.ptr == NULL)
        return ERR(CONFLICT, "this user is not waiting for an invitation");
    return user_remove(ctx, &user);
}
COMMAND(withdraw_invitation, .needs = WRITE_USERS, .doc = "Withdraw an invitation");
