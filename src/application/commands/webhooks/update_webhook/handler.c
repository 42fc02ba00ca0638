/* One that is activated, or goes elsewhere, begins afresh: what waits is sent now. */
#include "application/commands/webhooks/update_webhook/command.h"

#include "application/services/webhook_service.h"

SCHEMA(update_webhook, FIELD(update_webhook, id, .flags = KEY | REQUIRED),
       FIELD(update_webhook, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_webhook, url, .min = 1, .max = WEBHOOK_URL_SIZE_MAX),
       FIELD(update_webhook, events, .max = WEBHOOK_EVENT_COUNT_MAX),
       FIELD(update_webhook, description, .max = SHORT_TEXT_SIZE_MAX),
       FIELD(update_webhook, is_active));
SCHEMA(update_webhook_result, FIELD_EMBED_OF(update_webhook_result, view, webhook_view));

static err apply(struct command_ctx *ctx, const struct update_webhook *cmd, struct webhook *webhook)
{
    struct issues *issues = &ctx->scope->issues;
    if (cmd->url.ptr != NULL) {
        webhook_url_check(ctx->services, cmd->url, issues);
        webhook->url = cmd->url;
    }
    if (cmd->events.at != NULL)
        webhook->event_names = webhook_events_read(ctx->arena, &cmd->events, issues);
    if (cmd->description.ptr != NULL)
        webhook->description = cmd->description;
    if (cmd->is_active.is_set)
        webhook->is_active = cmd->is_active.value;
    return issues->list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

static err update_webhook_handle(struct command_ctx *ctx, const struct update_webhook *cmd,
                                 struct update_webhook_result *out)
{
    struct webhook webhook;
    instant now = clock_now(ctx->clock);
    TRY(webhook_to_change(ctx, cmd->id, cmd->if_match, &webhook));
    bool was_active = webhook.is_active;
    TRY(apply(ctx, cmd, &webhook));
    bool is_fresh = webhook.is_active && (!was_active || cmd->url.ptr != NULL);
    if (is_fresh)
        webhook_forget_failures(&webhook);
    webhook.updated_at = now;
    TRY(webhook_writer_save(ctx->uow->webhooks, &webhook));
    if (is_fresh) {
        TRY(webhook_writer_resume(ctx->uow->webhooks, webhook.key, now));
        TRY(webhook_arm(ctx, &webhook));
    }
    out->view = webhook_view_of(ctx->arena, &webhook);
    return OK;
}
COMMAND(update_webhook, .needs = WRITE_WEBHOOKS, .doc = "Change a webhook");
