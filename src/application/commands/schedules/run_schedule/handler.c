/* The times it comes at stay as they are. */
#include "application/commands/schedules/run_schedule/command.h"

#include "application/services/schedule_service.h"

SCHEMA(run_schedule, FIELD(run_schedule, id, .flags = KEY | REQUIRED));
SCHEMA(run_schedule_result, FIELD_EMBED_OF(run_schedule_result, task, task_view));

static err run_schedule_handle(struct command_ctx *ctx, const struct run_schedule *cmd,
                               struct run_schedule_result *out)
{
    struct schedule schedule;
    struct task task;
    TRY(schedule_reader_get(ctx->readers->schedules, ctx->arena, ctx->principal->organization_key,
                            cmd->id, &schedule));
    ctx->scope->subject_id = schedule.id;
    TRY(schedule_queue(ctx, &schedule, STR_NONE, &task));
    schedule.last_task_id = task.id;
    schedule.last_run_at = schedule.updated_at = clock_now(ctx->clock);
    schedule.last_note = STR_NONE;
    TRY(schedule_writer_save(ctx->uow->schedules, &schedule));
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(run_schedule, .needs = WRITE_SETTINGS, .doc = "Queue the task of a schedule now");
