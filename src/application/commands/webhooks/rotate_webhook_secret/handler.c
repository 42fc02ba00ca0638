/* Meanwhile each delivery has two signatures, so that its receiver can change over at any time. */
#include "application/commands/webhooks/rotate_webhook_secret/command.h"

#include "application/services/webhook_service.h"

SCHEMA(rotate_webhook_secret, FIELD(rotate_webhook_secret, id, .flags = KEY | REQUIRED),
       FIELD(rotate_webhook_secret, overlap_seconds, .min = 0, .max = WEBHOOK_ROTATION_SECONDS_MAX,
             .doc = "For so long the former secret signs too; absent: a day"));
SCHEMA(rotate_webhook_secret_result,
       FIELD_EMBED_OF(rotate_webhook_secret_result, view, webhook_view),
       FIELD(rotate_webhook_secret_result, secret, .flags = SECRET,
             .doc = "The new one; it is never shown again"));

static err rotate_webhook_secret_handle(struct command_ctx *ctx,
                                        const struct rotate_webhook_secret *cmd,
                                        struct rotate_webhook_secret_result *out)
{
    struct webhook webhook;
    instant now = clock_now(ctx->clock);
    int64_t seconds =
        cmd->overlap_seconds.is_set ? cmd->overlap_seconds.value : WEBHOOK_ROTATION_SECONDS;
    TRY(webhook_to_change(ctx, cmd->id, 0, &webhook));
    webhook.former_secret = seconds > 0 ? webhook.secret : STR_NONE;
    webhook.former_end = seconds > 0 ? instant_add(now, SECONDS(seconds)) : (instant){0};
    webhook_secret_make(ctx, webhook.id, &webhook.secret, &out->secret);
    webhook.updated_at = now;
    TRY(webhook_writer_save(ctx->uow->webhooks, &webhook));
    out->view = webhook_view_of(ctx->arena, &webhook);
    return OK;
}
COMMAND(rotate_webhook_secret, .needs = WRITE_WEBHOOKS, .shows_secret = true,
        .doc = "Give a webhook another secret");
