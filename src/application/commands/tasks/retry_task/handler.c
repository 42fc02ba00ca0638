/* Read as it is when it changes: a worker may be at it. */
#include "application/commands/tasks/retry_task/command.h"

#include "application/services/tasks/task_end.h"

SCHEMA(retry_task, FIELD(retry_task, id, .flags = KEY | REQUIRED));
SCHEMA(retry_task_result, FIELD_EMBED_OF(retry_task_result, task, task_view));

static err retry_task_handle(struct command_ctx *ctx, const struct retry_task *cmd,
                             struct retry_task_result *out)
{
    struct task task;
    TRY(task_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->id, &task));
    ctx->scope->subject_id = task.id;
    TRY(task_writer_locate(ctx->uow->tasks, ctx->arena, task.key, &task));
    TRY(task_retry(&task, clock_now(ctx->clock)));
    TRY(task_save_changed(ctx, &task));
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(retry_task, .needs = SIGNED_IN, .doc = "Try a task again that failed or was cancelled");
