/* A row for each webhook. */
#include "application/commands/webhooks/queue_webhooks/command.h"

#include "application/services/webhook_service.h"

SCHEMA(queue_webhooks, FIELD_EMBED_OF(queue_webhooks, event, event_envelope));
SCHEMA(queue_webhooks_result, FIELD(queue_webhooks_result, count));

static err queue_webhooks_handle(struct command_ctx *ctx, const struct queue_webhooks *cmd,
                                 struct queue_webhooks_result *out)
{
    return webhook_tell(ctx, &cmd->event, &out->count);
}
COMMAND(queue_webhooks, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell webhooks of an event");
