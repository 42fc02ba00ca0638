/* The codes for when the authenticator is lost are told here and never again. */
#include "application/commands/auth/confirm_mfa/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/account_events.h"
#include "application/models/password_rules.h"
#include "application/models/second_factor.h"

SCHEMA(confirm_mfa, FIELD(confirm_mfa, code, .flags = REQUIRED | SECRET, .max = OTP_TEXT_SIZE_MAX));
SCHEMA(confirm_mfa_result, FIELD(confirm_mfa_result, recovery_codes, .flags = SECRET,
                                 .doc = "Each is good once in place of a code; shown this once"));

static err confirm_mfa_handle(struct command_ctx *ctx, const struct confirm_mfa *cmd,
                              struct confirm_mfa_result *out)
{
    struct user user;
    bool is_right;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    if (user_has_mfa(&user) || user.mfa_secret.ptr == NULL)
        return ERR(CONFLICT, "there is nothing to confirm; enroll first");
    TRY(second_factor_check(ctx, &user, cmd->code, &is_right));
    if (!is_right) {
        issues_add(&ctx->scope->issues, STR("code"), "is not right; is the clock?");
        return ERR(INVALID, "some fields are not valid");
    }
    second_factor_enable(ctx, &user, &out->recovery_codes);
    user.updated_at = clock_now(ctx->clock);
    TRY(sign_in_save(ctx, &user));
    TRY(account_tell_changed(ctx, &user, "mfa_enabled"));
    return sessions_end_others(ctx, &user, ctx->principal->session_id);
}
COMMAND(confirm_mfa, .needs = OWN_SIGN_IN, .doc = "Put the second factor in force");
