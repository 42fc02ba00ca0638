/* The session that asks stays; all others end. A wrong old password counts as at sign-in. */
#include "application/commands/auth/change_password/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/account_events.h"
#include "application/models/password_rules.h"
#include "application/models/reset_mail.h"

SCHEMA(change_password,
       FIELD(change_password, old_password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX),
       FIELD(change_password, new_password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .check = password_complaint, .doc = "At least 12 characters"));
SCHEMA_EMPTY(change_password_result);

static err change_password_handle(struct command_ctx *ctx, const struct change_password *cmd,
                                  struct change_password_result *out)
{
    struct user user;
    (void)out;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    if (user.password_hash.len == 0)
        return ERR(CONFLICT, "this account has no password: it is signed in to by its provider");
    TRY(password_confirm(ctx, &user, cmd->old_password));
    TRY(password_set(ctx, &user, "new_password", cmd->new_password));
    user.reset_hash = STR_NONE;
    user.updated_at = clock_now(ctx->clock);
    TRY(sign_in_save(ctx, &user));
    TRY(sessions_end_others(ctx, &user, ctx->principal->session_id));
    TRY(account_tell_changed(ctx, &user, "password_changed"));
    return password_changed_mail_queue(ctx, &user);
}
COMMAND(change_password, .needs = SIGNED_IN, .doc = "Change one's own password");
