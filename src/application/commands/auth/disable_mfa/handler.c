/* A session that was taken over is not enough. */
#include "application/commands/auth/disable_mfa/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/account_events.h"
#include "application/models/password_rules.h"
#include "application/models/second_factor.h"

SCHEMA(disable_mfa,
       FIELD(disable_mfa, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .doc = "Absent where the account has none: then sign in anew first"),
       FIELD(disable_mfa, code, .flags = REQUIRED | SECRET, .max = OTP_TEXT_SIZE_MAX,
             .doc = "Of the authenticator, or a recovery code"));
SCHEMA_EMPTY(disable_mfa_result);

static err disable_mfa_handle(struct command_ctx *ctx, const struct disable_mfa *cmd,
                              struct disable_mfa_result *out)
{
    struct user user;
    bool taken;
    (void)out;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    if (!user_has_mfa(&user))
        return ERR(CONFLICT, "there is no second factor");
    TRY(password_confirm(ctx, &user, cmd->password));
    TRY(second_factor_take(ctx, &user, cmd->code, &taken));
    if (!taken) {
        TRY(sign_in_count_failure(ctx, user.key));
        return ERR(FORBIDDEN, "password or code is wrong");
    }
    second_factor_remove(&user);
    user.updated_at = clock_now(ctx->clock);
    TRY(sign_in_save(ctx, &user));
    TRY(account_tell_changed(ctx, &user, "mfa_removed"));
    return sessions_end_others(ctx, &user, ctx->principal->session_id);
}
COMMAND(disable_mfa, .needs = SIGNED_IN, .doc = "Do without the second factor");
