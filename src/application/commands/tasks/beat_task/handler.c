/* The fence tells whose it is. */
#include "application/commands/tasks/beat_task/command.h"

#include "application/services/tasks/task_end.h"

SCHEMA(beat_task, FIELD(beat_task, task_key), FIELD(beat_task, fence),
       FIELD(beat_task, lease_seconds, .min = 1, .max = 3600), FIELD(beat_task, progress_done),
       FIELD(beat_task, progress_total), FIELD(beat_task, progress_unit, .max = 32),
       FIELD(beat_task, stage, .max = NAME_SIZE_MAX));
SCHEMA(beat_task_result, FIELD(beat_task_result, is_cancel_requested));

static err beat_task_handle(struct command_ctx *ctx, const struct beat_task *cmd,
                            struct beat_task_result *out)
{
    struct task task;
    instant now = clock_now(ctx->clock);
    TRY(task_locate_held(ctx, cmd->task_key, cmd->fence, &task));
    task.next_attempt_at = instant_add(now, SECONDS(cmd->lease_seconds));
    task.updated_at = now;
    task.progress_done = cmd->progress_done;
    task.progress_total = cmd->progress_total;
    task.progress_unit = cmd->progress_unit;
    task.stage = cmd->stage;
    out->is_cancel_requested = task.is_cancel_requested;
    return task_writer_save(ctx->uow->tasks, &task);
}
COMMAND(beat_task, .needs = RUN_SYSTEM, .keeps_no_audit = true, .doc = "Renew the lease of a task");
