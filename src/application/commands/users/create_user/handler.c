/* Hashes the password before anything is written, then adds the row. */
#include "application/commands/users/create_user/command.h"

#include "application/models/password_rules.h"

SCHEMA(create_user,
       FIELD(create_user, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX, .check = email_complaint,
             .doc = "Signs in with this", .example = "ada@clinic.example"),
       FIELD(create_user, name, .flags = REQUIRED, .max = NAME_SIZE_MAX, .example = "Ada Lovelace"),
       FIELD(create_user, role, .flags = REQUIRED, .max = UUID_TEXT_SIZE,
             .doc = "A built-in role by its name, one of the organization's by its identifier",
             .example = "viewer"),
       FIELD(create_user, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint, .doc = "At least 12 characters"));
SCHEMA(create_user_result, FIELD_EMBED_OF(create_user_result, view, user_view));

static err create_user_handle(struct command_ctx *ctx, const struct create_user *cmd,
                              struct create_user_result *out)
{
    instant now = clock_now(ctx->clock);
    struct user user = {.id = uuid_make(ctx->clock),
                        .organization_key = ctx->principal->organization_key,
                        .created_at = now,
                        .updated_at = now,
                        .email = str_lower(ctx->arena, cmd->email),
                        .name = cmd->name,
                        .is_active = true};
    TRY(user_choose_role(ctx, cmd->role, &user));
    TRY(password_set(ctx, &user, "password", cmd->password));
    err e = user_writer_add(ctx->uow->users, &user);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "a user with this e-mail address is there already");
    ctx->scope->subject_id = user.id;
    user_view_of(&user, now, &out->view);
    return e;
}
COMMAND(create_user, .needs = WRITE_USERS, .doc = "Make a user");
