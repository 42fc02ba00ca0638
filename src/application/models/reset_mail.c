/* Both in the user's language, in the transaction of whoever asks. */
#include "application/models/reset_mail.h"

#include "application/services/mail_service.h"

err reset_mail_queue(struct command_ctx *ctx, const struct user *user, str token)
{
    const struct mail_parameter parameters[] = {
        {.name = "path",
         .value = str_format(ctx->arena, "/signin#reset=%.*s", STR_ARG(token)),
         .is_secret = true},
        {.name = "valid_until", .value = instant_text(ctx->arena, user->reset_expires_at)}};
    return mail_queue(ctx, &(struct mail_order){.template_name = MAIL_PASSWORD_RESET,
                                                .language = user->language,
                                                .to = user->email,
                                                .to_name = user->name,
                                                .organization_key = user->organization_key,
                                                .parameters = parameters,
                                                .parameter_count = COUNT_OF(parameters)});
}

err password_changed_mail_queue(struct command_ctx *ctx, const struct user *user)
{
    const struct mail_parameter parameters[] = {
        {.name = "changed_at", .value = instant_text(ctx->arena, clock_now(ctx->clock))},
        {.name = "peer_address", .value = ctx->scope->peer_address}};
    return mail_queue(ctx, &(struct mail_order){.template_name = MAIL_PASSWORD_CHANGED,
                                                .language = user->language,
                                                .to = user->email,
                                                .to_name = user->name,
                                                .organization_key = user->organization_key,
                                                .parameters = parameters,
                                                .parameter_count = COUNT_OF(parameters)});
}
