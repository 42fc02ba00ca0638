/* Nothing is written when there is nothing to do. */
#include "application/commands/mails/claim_mail/command.h"

#include "application/services/mail_service.h"

SCHEMA_EMPTY(claim_mail);
SCHEMA(claim_mail_result, FIELD(claim_mail_result, is_claimed), FIELD(claim_mail_result, is_last),
       FIELD(claim_mail_result, is_held), FIELD_OBJECT_OF(claim_mail_result, mail, mail));

static err claim_mail_handle(struct command_ctx *ctx, const struct claim_mail *cmd,
                             struct claim_mail_result *out)
{
    instant now = clock_now(ctx->clock);
    const struct mail_settings *settings = &ctx->services->mail;
    const struct mail_claim claim = {.now = now,
                                     .takes_held = settings->has_server,
                                     .takes_held_links = settings->public_url.ptr != NULL};
    bool is_due;
    (void)cmd;
    TRY(mail_reader_is_due(ctx->readers->mails, &claim, &is_due));
    if (!is_due)
        return OK;
    err e = mail_writer_claim(ctx->uow->mails, ctx->arena, &claim, &out->mail);
    if (e.code == ERR_NOT_FOUND) /* another worker was quicker */
        return OK;
    TRY(e);
    out->is_claimed = true;
    const char *obstacle = mail_obstacle(ctx->services, &out->mail);
    if (obstacle != NULL) {
        out->is_held = true;
        mail_hold(&out->mail, str_of(obstacle), now);
        return mail_writer_save(ctx->uow->mails, &out->mail);
    }
    TRY(mail_reader_is_due(ctx->readers->mails, &claim, &is_due));
    out->is_last = !is_due;
    return OK;
}
COMMAND(claim_mail, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Take the next mail that is to be sent");
