/* Like any other delivery; it is sent at once, whatever failed before. */
#include "application/commands/webhooks/test_webhook/command.h"

#include "application/services/webhook_service.h"

SCHEMA(test_webhook, FIELD(test_webhook, id, .flags = KEY | REQUIRED));
SCHEMA(test_webhook_result, FIELD_EMBED_OF(test_webhook_result, delivery, webhook_delivery));

static err test_webhook_handle(struct command_ctx *ctx, const struct test_webhook *cmd,
                               struct test_webhook_result *out)
{
    struct webhook webhook;
    TRY(webhook_to_change(ctx, cmd->id, 0, &webhook));
    if (!webhook.is_active)
        return ERR(CONFLICT, "the webhook is not active");
    webhook.next_attempt_at = (instant){0};
    TRY(webhook_writer_save_progress(ctx->uow->webhooks, &webhook));
    return webhook_tell_test(ctx, &webhook, &out->delivery);
}
COMMAND(test_webhook, .needs = WRITE_WEBHOOKS, .doc = "Send a webhook a test");
