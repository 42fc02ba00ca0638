/* Only users of the own organization; a new password or role ends what was open. */
#include "application/commands/users/update_user/command.h"

#include "application/models/password_rules.h"

SCHEMA(update_user, FIELD(update_user, id, .flags = KEY | REQUIRED),
       FIELD(update_user, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_user, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_user, role, .max = UUID_TEXT_SIZE,
             .doc = "A built-in role by its name, one of the organization's by its identifier"),
       FIELD(update_user, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint),
       FIELD(update_user, is_active));
SCHEMA(update_user_result, FIELD_EMBED_OF(update_user_result, view, user_view));

static err apply(struct command_ctx *ctx, const struct update_user *cmd, struct user *user)
{
    if (cmd->name.ptr != NULL)
        user->name = cmd->name;
    if (cmd->role.ptr != NULL)
        TRY(user_choose_role(ctx, cmd->role, user));
    if (cmd->is_active.is_set)
        user->is_active = cmd->is_active.value;
    if (cmd->password.ptr == NULL)
        return OK;
    user->reset_hash = STR_NONE; /* a link from before would change it again */
    return password_set(ctx, user, "password", cmd->password);
}

/* Who has not accepted yet has nothing to sign in with. */
static err check(const struct command_ctx *ctx, const struct update_user *cmd,
                 const struct user *before, const struct user *user)
{
    bool is_self = user->key == ctx->principal->user_key;
    if (is_self && (!user_has_role_of(user, before) || !user->is_active))
        return ERR(CONFLICT, "nobody changes their own role or deactivates themselves");
    if (is_self && cmd->password.ptr != NULL) /* a session that was taken over is not enough */
        return ERR(CONFLICT, "one's own password is changed with the one before it");
    if (before->invited_email.ptr != NULL && (user->is_active || cmd->password.ptr != NULL))
        return ERR(CONFLICT, "the invitation has not been accepted yet");
    return OK;
}

static err update_user_handle(struct command_ctx *ctx, const struct update_user *cmd,
                              struct update_user_result *out)
{
    struct user before;
    instant now = clock_now(ctx->clock);
    TRY(user_to_change(ctx, cmd->id, &before));
    if (cmd->if_match != 0 && cmd->if_match != before.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the user");
    struct user user = before;
    TRY(apply(ctx, cmd, &user));
    TRY(check(ctx, cmd, &before, &user));
    user.updated_at = now;
    TRY(user_writer_save(ctx->uow->users, &user));
    if (before.role == ROLE_ADMINISTRATOR)
        TRY(user_check_administrators(ctx));
    if (!user_has_role_of(&user, &before) || cmd->password.ptr != NULL || !user.is_active)
        TRY(user_end_sessions(ctx, &user));
    user_view_of(&user, now, &out->view);
    return OK;
}
COMMAND(update_user, .needs = WRITE_USERS, .doc = "Change a user");
