/* With its deliveries; its task finds nothing and ends. */
#include "application/commands/webhooks/delete_webhook/command.h"

#include "application/services/webhook_service.h"

SCHEMA(delete_webhook, FIELD(delete_webhook, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_webhook_result);

static err delete_webhook_handle(struct command_ctx *ctx, const struct delete_webhook *cmd,
                                 struct delete_webhook_result *out)
{
    struct webhook webhook;
    (void)out;
    TRY(webhook_to_change(ctx, cmd->id, 0, &webhook));
    return webhook_writer_remove(ctx->uow->webhooks, webhook.key);
}
COMMAND(delete_webhook, .needs = WRITE_WEBHOOKS, .doc = "Delete a webhook and its deliveries");
