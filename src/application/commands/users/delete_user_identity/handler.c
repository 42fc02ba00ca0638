/* What was opened with it ends too. */
#include "application/commands/users/delete_user_identity/command.h"

#include "application/commands/auth/delete_own_identity/command.h"
#include "application/models/user_view.h"

SCHEMA(delete_user_identity, FIELD(delete_user_identity, id, .flags = KEY | REQUIRED),
       FIELD(delete_user_identity, identity_id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_user_identity_result);

static err delete_user_identity_handle(struct command_ctx *ctx,
                                       const struct delete_user_identity *cmd,
                                       struct delete_user_identity_result *out)
{
    struct user user;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    TRY(identity_remove(ctx, &user, cmd->identity_id));
    return user_end_sessions(ctx, &user);
}
COMMAND(delete_user_identity, .needs = WRITE_USERS,
        .doc = "Let a user not sign in with an account any more");
