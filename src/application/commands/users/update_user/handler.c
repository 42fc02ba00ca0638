/* Only users of the own organization; a new password or role ends what was open. */
#include "application/commands/users/update_user/command.h"

#include "application/models/password_rules.h"

static const char *role_complaint(str role)
{
    for (size_t i = 0; role_names[i] != NULL; i++)
        if (str_eq(role, str_of(role_names[i])))
            return NULL;
    return "is not a role";
}

SCHEMA(update_user, FIELD(update_user, id, .flags = KEY | REQUIRED),
       FIELD(update_user, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_user, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_user, role, .max = 32, .check = role_complaint),
       FIELD(update_user, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint),
       FIELD(update_user, is_active));
SCHEMA(update_user_result, FIELD_EMBED_OF(update_user_result, user, user));

static err apply(struct command_ctx *ctx, const struct update_user *cmd, struct user *user)
{
    if (cmd->name.ptr != NULL)
        user->name = cmd->name;
    for (unsigned i = 0; cmd->role.ptr != NULL && role_names[i] != NULL; i++)
        if (str_eq(cmd->role, str_of(role_names[i])))
            user->role = (enum role)i;
    if (cmd->is_active.is_set)
        user->is_active = cmd->is_active.value;
    if (cmd->password.ptr != NULL)
        return password_set(ctx, user, "password", cmd->password);
    return OK;
}

static err update_user_handle(struct command_ctx *ctx, const struct update_user *cmd,
                              struct update_user_result *out)
{
    struct user user;
    instant now = clock_now(ctx->clock);
    TRY(user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key, cmd->id,
                        &user));
    if (cmd->if_match != 0 && cmd->if_match != user.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the user");
    bool is_self = user.key == ctx->principal->user_key;
    enum role role_before = user.role;
    TRY(apply(ctx, cmd, &user));
    if (is_self && (user.role != role_before || !user.is_active))
        return ERR(CONFLICT, "nobody takes their own rights away");
    user.updated_at = now;
    TRY(user_writer_save(ctx->uow->users, &user));
    if (user.role != role_before || cmd->password.ptr != NULL || !user.is_active) {
        TRY(session_writer_revoke_user(ctx->uow->sessions, user.key, now));
        principal_cache_end_user(ctx->services->principals, user.key, now);
    }
    out->user = user;
    return OK;
}
COMMAND(update_user, .needs = WRITE_USERS, .doc = "Change a user");
