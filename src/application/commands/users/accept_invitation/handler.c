/* Whoever has the link reads the mail of the address, so it may be told whether the address has an
 * account. Wrong, used, withdrawn and expired links are answered alike. */
#include "application/commands/users/accept_invitation/command.h"

#include "application/models/password_rules.h"
#include "application/models/user_view.h"

SCHEMA(accept_invitation,
       FIELD(accept_invitation, token, .flags = REQUIRED | SECRET, .max = 128,
             .doc = "What the link ends with"),
       FIELD(accept_invitation, name, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "Name shown to people, if it is not the one in the invitation"),
       FIELD(accept_invitation, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint, .doc = "At least 12 characters"));
SCHEMA(accept_invitation_result, FIELD(accept_invitation_result, email, .doc = "To sign in with"));

static err accept_invitation_handle(struct command_ctx *ctx, const struct accept_invitation *cmd,
                                    struct accept_invitation_result *out)
{
    struct user user;
    TRY(user_find_invited(ctx, cmd->token, &user));
    ctx->scope->subject_id = user.id;
    ctx->scope->organization_key = user.organization_key;
    user_accept(&user, clock_now(ctx->clock));
    out->email = user.email;
    if (cmd->name.ptr != NULL)
        user.name = cmd->name;
    TRY(password_set(ctx, &user, "password", cmd->password));
    return user_save_accepted(ctx, &user);
}
COMMAND(accept_invitation, .needs = ANYONE, .doc = "Accept an invitation");
