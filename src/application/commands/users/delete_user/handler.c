/* The address is free again, and nothing is left that could be signed in with. The row stays with
 * what the user was called: the audit trail has to say who it was. */
#include "application/commands/users/delete_user/command.h"

SCHEMA(delete_user, FIELD(delete_user, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_user_result);

static void empty(struct arena *a, struct user *user, instant now)
{
    user->former_email = user->email;
    user->email = uuid_text(a, user->id);
    user->password_hash = STR("");
    user->is_active = false;
    user->role = ROLE_CUSTOM;
    user->role_key = 0;
    user->role_id = (uuid){0};
    user->deleted_at = user->updated_at = now;
}

static err delete_user_handle(struct command_ctx *ctx, const struct delete_user *cmd,
                              struct delete_user_result *out)
{
    struct user user;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.key == ctx->principal->user_key)
        return ERR(CONFLICT, "nobody deletes themselves");
    if (user.invited_email.ptr != NULL)
        return user_remove(ctx, &user);
    empty(ctx->arena, &user, clock_now(ctx->clock));
    TRY(user_writer_save(ctx->uow->users, &user));
    TRY(user_check_administrators(ctx));
    TRY(grant_writer_remove_all(ctx->uow->grants, GRANTEE_USER, user.key));
    TRY(group_writer_remove_user(ctx->uow->groups, user.key));
    TRY(identity_writer_remove_user(ctx->uow->identities, user.key));
    return user_end_sessions(ctx, &user);
}
COMMAND(delete_user, .needs = WRITE_USERS,
        .doc = "Delete a user: sessions, grants and memberships go, the name stays for the audit "
               "trail");
