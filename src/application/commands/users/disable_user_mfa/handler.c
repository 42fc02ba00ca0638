/* With the administrator's own password: a session that was taken over is not enough. Where the
 * role asks for a second factor, the next session can do nothing but set up another one. */
#include "application/commands/users/disable_user_mfa/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/account_events.h"
#include "application/models/made_often.h"
#include "application/models/second_factor.h"
#include "application/models/user_view.h"
#include "application/services/mail_service.h"

SCHEMA(disable_user_mfa, FIELD(disable_user_mfa, id, .flags = KEY | REQUIRED),
       FIELD(disable_user_mfa, password, .flags = REQUIRED | SECRET, .max = PASSWORD_SIZE_MAX,
             .doc = "Of whoever asks, not of the user"));
SCHEMA_EMPTY(disable_user_mfa_result);

static err tell_owner(struct command_ctx *ctx, const struct user *user,
                      const struct user *administrator)
{
    const struct mail_parameter parameters[] = {
        {"removed_by", administrator->name, false},
        {"removed_at", instant_text(ctx->arena, clock_now(ctx->clock)), false}};
    return mail_queue(ctx, &(struct mail_order){.template_name = MAIL_MFA_REMOVED,
                                                .language = user->language,
                                                .to = user->email,
                                                .to_name = user->name,
                                                .organization_key = user->organization_key,
                                                .parameters = parameters,
                                                .parameter_count = COUNT_OF(parameters)});
}

static err disable_user_mfa_handle(struct command_ctx *ctx, const struct disable_user_mfa *cmd,
                                   struct disable_user_mfa_result *out)
{
    struct user user, administrator;
    (void)out;
    TRY(user_to_change(ctx, cmd->id, &user));
    if (user.key == ctx->principal->user_key)
        return ERR(CONFLICT, "one's own second factor is disabled with a code of it");
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key,
                               &administrator));
    TRY(mailed_often_check(ctx, "second factors"));
    TRY(password_confirm(ctx, &administrator, cmd->password));
    if (!user_has_mfa(&user))
        return ERR(CONFLICT, "there is no second factor");
    second_factor_remove(&user);
    user.updated_at = clock_now(ctx->clock);
    TRY(sign_in_save(ctx, &user));
    TRY(account_tell_changed(ctx, &user, "mfa_removed"));
    TRY(user_end_sessions(ctx, &user));
    return tell_owner(ctx, &user, &administrator);
}
COMMAND(disable_user_mfa, .needs = WRITE_USERS,
        .doc = "Remove the second factor of a user who has lost it, and end their sessions");
