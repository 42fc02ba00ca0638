/* The version of the claim is the fence. */
#include "application/commands/mails/settle_mail/command.h"

SCHEMA(settle_mail, FIELD_OBJECT_OF(settle_mail, mail, mail),
       FIELD_ENUM_OF(settle_mail, outcome, mail_outcome_names),
       FIELD(settle_mail, words, .max = MAIL_ERROR_SIZE_MAX));
SCHEMA(settle_mail_result, FIELD_OBJECT_OF(settle_mail_result, mail, mail));

static err settle_mail_handle(struct command_ctx *ctx, const struct settle_mail *cmd,
                              struct settle_mail_result *out)
{
    uint32_t chance;
    random_bytes(&chance, sizeof chance);
    out->mail = cmd->mail;
    mail_end_attempt(&out->mail, cmd->outcome, cmd->words, clock_now(ctx->clock), chance);
    return mail_writer_save(ctx->uow->mails, &out->mail);
}
COMMAND(settle_mail, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Note what came of an attempt to send a mail");
