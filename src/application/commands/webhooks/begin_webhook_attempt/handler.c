/* Whether there is anything left to send and how the task goes on are one unit of work: what is
 * made before is seen, and what is made after finds the task at rest. */
#include "application/commands/webhooks/begin_webhook_attempt/command.h"

#include "application/services/tasks/send_webhook.h"
#include "application/services/tasks/task_end.h"
#include "application/services/webhook_service.h"

SCHEMA(begin_webhook_attempt, FIELD(begin_webhook_attempt, webhook_id, .flags = REQUIRED),
       FIELD(begin_webhook_attempt, task_key), FIELD(begin_webhook_attempt, fence),
       FIELD(begin_webhook_attempt, is_over));
SCHEMA(begin_webhook_attempt_result, FIELD(begin_webhook_attempt_result, is_due),
       FIELD_OBJECT_OF(begin_webhook_attempt_result, delivery, webhook_delivery),
       FIELD(begin_webhook_attempt_result, url), FIELD(begin_webhook_attempt_result, secret),
       FIELD(begin_webhook_attempt_result, former_secret));

/* The task comes again at that time; unset: when somebody has something to send. */
static err rest(struct command_ctx *ctx, struct task *task, const struct webhook *webhook,
                instant until)
{
    instant now = clock_now(ctx->clock);
    if (until.us == 0)
        return task_end(ctx, task, TASK_DONE, STR("nothing is left to be sent"));
    task->state = TASK_QUEUED;
    task->kind = str_of(webhook->is_slow ? webhook_slow_kind.name : webhook_kind.name);
    task->attempt_count = 0;
    task->updated_at = now;
    task->next_attempt_at = until.us > now.us ? until : now;
    return task_save_changed(ctx, task);
}

static err rest_until_due(struct command_ctx *ctx, struct task *task, const struct webhook *webhook)
{
    instant next;
    TRY(webhook_writer_next_time(ctx->uow->webhooks, webhook->key, &next));
    if (next.us != 0 && next.us < webhook->next_attempt_at.us)
        next = webhook->next_attempt_at;
    return rest(ctx, task, webhook, next);
}

static err open_secrets(struct command_ctx *ctx, const struct webhook *webhook,
                        struct begin_webhook_attempt_result *out)
{
    TRY(webhook_secret_open(ctx->services, ctx->arena, webhook->id, webhook->secret, &out->secret));
    if (webhook->former_secret.ptr == NULL || webhook->former_end.us <= clock_now(ctx->clock).us)
        return OK;
    return webhook_secret_open(ctx->services, ctx->arena, webhook->id, webhook->former_secret,
                               &out->former_secret);
}

static err take(struct command_ctx *ctx, const struct webhook *webhook,
                struct begin_webhook_attempt_result *out)
{
    instant now = clock_now(ctx->clock);
    TRY(open_secrets(ctx, webhook, out));
    out->delivery.attempt_count++;
    out->delivery.last_attempt_at = out->delivery.updated_at = now;
    out->is_due = true;
    out->url = webhook->url;
    return webhook_writer_save_delivery(ctx->uow->webhooks, &out->delivery);
}

static err begin_webhook_attempt_handle(struct command_ctx *ctx,
                                        const struct begin_webhook_attempt *cmd,
                                        struct begin_webhook_attempt_result *out)
{
    struct task task;
    struct webhook webhook = {0};
    instant now = clock_now(ctx->clock);
    TRY(task_locate_held(ctx, cmd->task_key, cmd->fence, &task));
    err e = webhook_reader_get(ctx->readers->webhooks, ctx->arena, task.organization_key,
                               cmd->webhook_id, &webhook);
    if (!failed(e))
        e = webhook_writer_locate(ctx->uow->webhooks, ctx->arena, webhook.key, &webhook);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !webhook.is_active))
        return rest(ctx, &task, &webhook, (instant){0});
    TRY(e);
    TRY(webhook_writer_give_up(ctx->uow->webhooks, webhook.key, now));
    if (cmd->is_over || webhook.next_attempt_at.us > now.us)
        return rest_until_due(ctx, &task, &webhook);
    e = webhook_writer_first_due(ctx->uow->webhooks, ctx->arena, webhook.key, now, &out->delivery);
    if (e.code == ERR_NOT_FOUND)
        return rest_until_due(ctx, &task, &webhook);
    TRY(e);
    return take(ctx, &webhook, out);
}
COMMAND(begin_webhook_attempt, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Take the next delivery of a webhook");
