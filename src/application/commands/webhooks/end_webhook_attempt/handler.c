/* A receiver that is back gets at once what waits for it, in the order in which it was made. */
#include "application/commands/webhooks/end_webhook_attempt/command.h"

#include "application/events/webhook_deactivated.h"
#include "application/services/tasks/task_end.h"

SCHEMA(end_webhook_attempt, FIELD(end_webhook_attempt, task_key), FIELD(end_webhook_attempt, fence),
       FIELD(end_webhook_attempt, webhook_key), FIELD(end_webhook_attempt, delivery_key),
       FIELD(end_webhook_attempt, status), FIELD(end_webhook_attempt, duration_ms),
       FIELD(end_webhook_attempt, retry_after_seconds),
       FIELD(end_webhook_attempt, words, .max = WEBHOOK_ERROR_SIZE_MAX));
SCHEMA(end_webhook_attempt_result, FIELD(end_webhook_attempt_result, is_slow));

static err note(struct command_ctx *ctx, const struct end_webhook_attempt *cmd,
                struct webhook *webhook, struct webhook_delivery *delivery)
{
    struct webhook_attempt attempt = {.now = clock_now(ctx->clock),
                                      .status = cmd->status,
                                      .duration_ms = cmd->duration_ms,
                                      .words = cmd->words,
                                      .pause_seconds_min = ctx->services->webhook_retry_seconds,
                                      .retry_after_seconds = cmd->retry_after_seconds};
    bool was_away = webhook->failure_count >= WEBHOOK_AWAY_COUNT;
    random_bytes(&attempt.chance, sizeof attempt.chance);
    bool is_deactivated = webhook_note_attempt(webhook, delivery, &attempt);
    TRY(webhook_writer_save_delivery(ctx->uow->webhooks, delivery));
    TRY(webhook_writer_save_progress(ctx->uow->webhooks, webhook));
    if (was_away && cmd->words.ptr == NULL)
        TRY(webhook_writer_resume(ctx->uow->webhooks, webhook->key, attempt.now));
    if (!is_deactivated)
        return OK;
    const struct webhook_deactivated event = {webhook->id, webhook->deactivated_reason};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &webhook_deactivated_event,
                            webhook->organization_key, webhook->id, &event);
}

static err end_webhook_attempt_handle(struct command_ctx *ctx,
                                      const struct end_webhook_attempt *cmd,
                                      struct end_webhook_attempt_result *out)
{
    struct task task;
    struct webhook webhook;
    struct webhook_delivery delivery;
    TRY(task_locate_held(ctx, cmd->task_key, cmd->fence, &task));
    err e = webhook_writer_locate(ctx->uow->webhooks, ctx->arena, cmd->webhook_key, &webhook);
    if (!failed(e))
        e = webhook_writer_locate_delivery(ctx->uow->webhooks, ctx->arena, cmd->delivery_key,
                                           &delivery);
    if (e.code == ERR_NOT_FOUND) /* deleted meanwhile */
        return OK;
    TRY(e);
    TRY(note(ctx, cmd, &webhook, &delivery));
    out->is_slow = webhook.is_slow;
    return OK;
}
COMMAND(end_webhook_attempt, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Note what became of an attempt to deliver");
