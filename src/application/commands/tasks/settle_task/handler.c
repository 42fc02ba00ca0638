/* The fence tells whose it is. */
#include "application/commands/tasks/settle_task/command.h"

#include "application/services/tasks/task_end.h"

SCHEMA(settle_task, FIELD(settle_task, task_key), FIELD(settle_task, fence),
       FIELD_ENUM_OF(settle_task, verdict, task_verdict_names),
       FIELD(settle_task, words, .max = FIELD_TEXT_SIZE_MAX), FIELD(settle_task, progress_done),
       FIELD(settle_task, progress_total), FIELD(settle_task, progress_unit, .max = 32),
       FIELD(settle_task, output_object), FIELD(settle_task, output_name),
       FIELD(settle_task, output_type), FIELD(settle_task, output_size));
SCHEMA(settle_task_result, FIELD_ENUM_OF(settle_task_result, state, task_state_names));

static err settle_task_handle(struct command_ctx *ctx, const struct settle_task *cmd,
                              struct settle_task_result *out)
{
    struct task task;
    TRY(task_locate_held(ctx, cmd->task_key, cmd->fence, &task));
    task.progress_done = cmd->progress_done;
    task.progress_total = cmd->progress_total;
    task.progress_unit = cmd->progress_unit;
    task.output_object = cmd->output_object;
    task.output_name = cmd->output_name;
    task.output_type = cmd->output_type;
    task.output_size = cmd->output_size;
    TRY(task_end(ctx, &task, cmd->verdict, cmd->words));
    out->state = task.state;
    return OK;
}
COMMAND(settle_task, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Note what came of a task");
