/* Only whoever has the task says so. */
#include "application/commands/disclosures/save_task_report/command.h"

#include "application/services/tasks/task_end.h"

SCHEMA(save_task_report, FIELD(save_task_report, task_key), FIELD(save_task_report, fence),
       FIELD(save_task_report, body, .max = 16 * 1024 * 1024));
SCHEMA_EMPTY(save_task_report_result);

static err save_task_report_handle(struct command_ctx *ctx, const struct save_task_report *cmd,
                                   struct save_task_report_result *out)
{
    struct task task;
    struct task_report report = {0};
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(task_locate_held(ctx, cmd->task_key, cmd->fence, &task));
    err e = disclosure_reader_get_report(ctx->readers->disclosures, ctx->arena, task.key, &report);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (failed(e))
        report = (struct task_report){.id = uuid_make(ctx->clock),
                                      .organization_key = task.organization_key,
                                      .created_at = now,
                                      .task_key = task.key};
    report.updated_at = now;
    report.body = cmd->body;
    return disclosure_writer_save_report(ctx->uow->disclosures, &report);
}
COMMAND(save_task_report, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Remember how far a task is");
