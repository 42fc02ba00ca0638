/* Queued again, with a day of attempts before it. */
#include "application/commands/mails/retry_mail/command.h"

#include "application/events/mail_queued.h"
#include "application/services/mail_service.h"

SCHEMA(retry_mail, FIELD(retry_mail, id, .flags = KEY | REQUIRED));
SCHEMA(retry_mail_result, FIELD_EMBED_OF(retry_mail_result, mail, mail));

static err retry_mail_handle(struct command_ctx *ctx, const struct retry_mail *cmd,
                             struct retry_mail_result *out)
{
    struct mail *mail = &out->mail;
    TRY(mail_reader_get(ctx->readers->mails, ctx->arena, ctx->principal->organization_key, cmd->id,
                        mail));
    ctx->scope->subject_id = mail->id;
    const char *obstacle = mail_obstacle(ctx->services, mail);
    TRY(mail_retry(mail, clock_now(ctx->clock)));
    if (obstacle != NULL)
        return ERRF(ctx->arena, CONFLICT, "%s", obstacle);
    TRY(mail_writer_save(ctx->uow->mails, mail));
    return mediator_publish(ctx->uow->outbox, ctx->arena, &mail_queued_event,
                            mail->organization_key, mail->id,
                            &(struct mail_queued){.mail_id = mail->id});
}
COMMAND(retry_mail, .needs = WRITE_USERS, .doc = "Send a mail again that was not sent");
