/* Whoever has the link reads the mail of the address, so it may be told whether the address has an
 * account. Wrong, used, withdrawn and expired links are answered alike. */
#include "application/commands/users/accept_invitation/command.h"

#include "application/models/password_rules.h"

SCHEMA(accept_invitation,
       FIELD(accept_invitation, token, .flags = REQUIRED | SECRET, .max = 128,
             .doc = "What the link ends with"),
       FIELD(accept_invitation, name, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "Name shown to people, if it is not the one in the invitation"),
       FIELD(accept_invitation, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint, .doc = "At least 12 characters"));
SCHEMA(accept_invitation_result, FIELD(accept_invitation_result, email, .doc = "To sign in with"));

static err find_invited(struct command_ctx *ctx, str token, struct user *out)
{
    err e = !secret_is_plausible(token, INVITATION_TOKEN_PREFIX)
                ? ERR(NOT_FOUND, "not found")
                : user_reader_get_invited(ctx->readers->users, ctx->arena,
                                          secret_digest(ctx->services->secrets, ctx->arena, token),
                                          out);
    bool is_over = e.code == ERR_NOT_FOUND ||
                   (!failed(e) && (out->invited_email.ptr == NULL ||
                                   out->invitation_expires_at.us <= clock_now(ctx->clock).us));
    return is_over ? ERR(NOT_FOUND, "this invitation is not good any more") : e;
}

static err accept_invitation_handle(struct command_ctx *ctx, const struct accept_invitation *cmd,
                                    struct accept_invitation_result *out)
{
    struct user user;
    TRY(find_invited(ctx, cmd->token, &user));
    ctx->scope->subject_id = user.id;
    ctx->scope->organization_key = user.organization_key;
    user.email = out->email = user.invited_email;
    user.invited_email = user.invitation_hash = STR_NONE;
    user.invitation_expires_at = (instant){0};
    user.is_active = true;
    user.updated_at = clock_now(ctx->clock);
    if (cmd->name.ptr != NULL)
        user.name = cmd->name;
    TRY(password_set(ctx, &user, "password", cmd->password));
    err e = user_writer_save(ctx->uow->users, &user);
    if (e.code == ERR_PRECONDITION_FAILED) /* accepted twice at once, or withdrawn */
        return ERR(SERIALIZATION, "the invitation changed meanwhile");
    return e.code == ERR_CONFLICT
               ? ERR(CONFLICT, "this e-mail address has an account already: sign in with it")
               : e;
}
COMMAND(accept_invitation, .needs = ANYONE, .doc = "Accept an invitation");
