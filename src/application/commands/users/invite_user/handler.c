/* Nobody hears whether another organization knows the address: it becomes the user's own only when
 * whoever reads its mail accepts. */
#include "application/commands/users/invite_user/command.h"

SCHEMA(invite_user,
       FIELD(invite_user, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX, .check = email_complaint,
             .doc = "Where the link goes", .example = "ada@clinic.example"),
       FIELD(invite_user, name, .flags = REQUIRED, .max = NAME_SIZE_MAX, .example = "Ada Lovelace"),
       FIELD(invite_user, role, .flags = REQUIRED, .max = UUID_TEXT_SIZE,
             .doc = "A built-in role by its name, one of the organization's by its identifier",
             .example = "viewer"));
SCHEMA(invite_user_result, FIELD_EMBED_OF(invite_user_result, view, user_view));

/* Of the own organization alone. */
static err check_address(struct command_ctx *ctx, str email)
{
    struct user user;
    err e = user_reader_get_by_email(ctx->readers->users, ctx->arena, email, &user);
    if (!failed(e) && user.organization_key == ctx->principal->organization_key)
        return ERR(CONFLICT, "a user with this e-mail address is there already");
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err invite_user_handle(struct command_ctx *ctx, const struct invite_user *cmd,
                              struct invite_user_result *out)
{
    instant now = clock_now(ctx->clock);
    struct user user = {.id = uuid_make(ctx->clock),
                        .organization_key = ctx->principal->organization_key,
                        .created_at = now,
                        .updated_at = now,
                        .name = cmd->name,
                        .password_hash = STR(""),
                        .invited_email = str_lower(ctx->arena, cmd->email)};
    user.email = uuid_text(ctx->arena, user.id);
    ctx->scope->subject_id = user.id;
    TRY(check_address(ctx, user.invited_email));
    TRY(user_choose_role(ctx, cmd->role, &user));
    TRY(user_invite(ctx, &user));
    err e = user_writer_add(ctx->uow->users, &user);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "this e-mail address is invited already");
    user_view_of(&user, now, &out->view);
    return e;
}
COMMAND(invite_user, .needs = WRITE_USERS, .doc = "Invite somebody by mail");
