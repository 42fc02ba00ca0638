/* One mail each: addresses are not shown to the others. */
#include "application/models/administrators_mail.h"

err administrators_mail_queue(struct command_ctx *ctx, const struct organization_settings *settings,
                              enum mail_template template_name,
                              const struct mail_parameter *parameters, size_t parameter_count)
{
    struct user_slice administrators;
    int64_t total, organization_key = ctx->principal->organization_key;
    const struct user_filter filter = {.organization_key = organization_key,
                                       .is_active = {true, true},
                                       .role = {true, ROLE_ADMINISTRATOR},
                                       .now = clock_now(ctx->clock),
                                       .limit = ADMINISTRATORS_MAIL_COUNT_MAX};
    TRY(user_reader_find(ctx->readers->users, ctx->arena, &filter, &administrators, &total));
    for (size_t i = 0; i < administrators.len; i++)
        TRY(mail_queue(ctx, &(struct mail_order){.template_name = template_name,
                                                 .language = settings->language,
                                                 .to = administrators.at[i].email,
                                                 .to_name = administrators.at[i].name,
                                                 .organization_key = organization_key,
                                                 .parameters = parameters,
                                                 .parameter_count = parameter_count}));
    return OK;
}
