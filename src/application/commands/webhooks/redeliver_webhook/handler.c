/* The same bytes under the same identifier, for another day. */
#include "application/commands/webhooks/redeliver_webhook/command.h"

#include "application/services/webhook_service.h"

SCHEMA(redeliver_webhook, FIELD(redeliver_webhook, id, .flags = KEY | REQUIRED));
SCHEMA(redeliver_webhook_result,
       FIELD_EMBED_OF(redeliver_webhook_result, delivery, webhook_delivery));

static err redeliver_webhook_handle(struct command_ctx *ctx, const struct redeliver_webhook *cmd,
                                    struct redeliver_webhook_result *out)
{
    struct webhook webhook;
    struct webhook_delivery delivery;
    TRY(webhook_reader_get_delivery(ctx->readers->webhooks, ctx->arena,
                                    ctx->principal->organization_key, cmd->id, &delivery));
    TRY(webhook_to_change(ctx, delivery.webhook_id, 0, &webhook));
    if (!webhook.is_active)
        return ERR(CONFLICT, "the webhook is not active");
    TRY(webhook_writer_locate_delivery(ctx->uow->webhooks, ctx->arena, delivery.key, &delivery));
    TRY(webhook_delivery_again(&delivery, clock_now(ctx->clock)));
    TRY(webhook_writer_save_delivery(ctx->uow->webhooks, &delivery));
    webhook.next_attempt_at = (instant){0};
    TRY(webhook_writer_save_progress(ctx->uow->webhooks, &webhook));
    out->delivery = delivery;
    return webhook_arm(ctx, &webhook);
}
COMMAND(redeliver_webhook, .needs = WRITE_WEBHOOKS, .doc = "Send a delivery once more");
