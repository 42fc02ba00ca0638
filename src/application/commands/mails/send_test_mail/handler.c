/* To the one who asks and nobody else, so that it is no way to write to strangers. */
#include "application/commands/mails/send_test_mail/command.h"

#include "application/services/mail_service.h"
#include "domain/entities/principal.h"

SCHEMA(send_test_mail, FIELD(send_test_mail, language, .max = 35,
                             .doc = "Language of the mail, a tag of BCP 47", .example = "de-AT"));
SCHEMA(send_test_mail_result, FIELD_EMBED_OF(send_test_mail_result, mail, mail));

static err send_test_mail_handle(struct command_ctx *ctx, const struct send_test_mail *cmd,
                                 struct send_test_mail_result *out)
{
    const struct mail_parameter path = {"path", STR("/"), false};
    struct user user;
    if (ctx->principal->user_key == 0)
        return ERR(CONFLICT, "only a user has an address to send it to");
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    TRY(mail_queue_shown(ctx,
                         &(struct mail_order){.template_name = MAIL_TEST,
                                              .language = cmd->language,
                                              .to = user.email,
                                              .to_name = user.name,
                                              .parameters = &path,
                                              .parameter_count = 1},
                         &out->mail));
    ctx->scope->subject_id = out->mail.id;
    return OK;
}
COMMAND(send_test_mail, .needs = WRITE_SETTINGS, .doc = "Send a test mail to yourself");
