/* The link before is good no more. */
#include "application/commands/users/resend_invitation/command.h"

SCHEMA(resend_invitation, FIELD(resend_invitation, id, .flags = KEY | REQUIRED));
SCHEMA(resend_invitation_result, FIELD_EMBED_OF(resend_invitation_result, view, user_view));

static err resend_invitation_handle(struct command_ctx *ctx, const struct resend_invitation *cmd,
                                    struct resend_invitation_result *out)
{
    struct user user;
    instant now = clock_now(ctx->clock);
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.invited_email.ptr == NULL)
        return ERR(CONFLICT, "this user is not waiting for an invitation");
    TRY(user_invite(ctx, &user));
    user.updated_at = now;
    TRY(user_writer_save(ctx->uow->users, &user));
    user_view_of(&user, now, &out->view);
    return OK;
}
COMMAND(resend_invitation, .needs = WRITE_USERS,
        .doc = "Send an invitation again, with a new link");
