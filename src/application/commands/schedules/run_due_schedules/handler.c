/* A schedule and its task change in one transaction, and its version says who was first: two that
 * lead at once queue one task. */
#include "application/commands/schedules/run_due_schedules/command.h"

#include "application/services/schedule_service.h"

SCHEMA_EMPTY(run_due_schedules);
SCHEMA(run_due_schedules_result,
       FIELD(run_due_schedules_result, due_count, .doc = "Schedules whose time had come"));

static err run_one(struct command_ctx *ctx, struct schedule *schedule)
{
    instant now = clock_now(ctx->clock);
    struct task task;
    str id = uuid_text(ctx->arena, schedule->id);
    str key = str_format(ctx->arena, "%.*s@%lld", STR_ARG(id), (long long)schedule->next_run_at.us);
    const bool is_missed = schedule_is_missed(schedule, now);
    schedule->last_note = is_missed ? STR("left out: nothing ran at its time") : STR_NONE;
    if (!is_missed) {
        err e = schedule_queue(ctx, schedule, key, &task);
        if (e.code == ERR_CONFLICT) {
            schedule->last_note = str_of(e.text);
        } else {
            TRY(e);
            schedule->last_task_id = task.id;
            schedule->last_run_at = schedule->next_run_at;
        }
    }
    err e = schedule_plan(ctx, schedule);
    if (e.code == ERR_INVALID) { /* a zone that is gone from the database: it waits for somebody */
        ctx->scope->issues.list.len = 0;
        schedule->next_run_at = (instant){0};
        schedule->is_enabled = false;
        schedule->last_note = STR("switched off: its expression, time zone or kind is not known");
        e = OK;
    }
    TRY(e);
    schedule->updated_at = now;
    return schedule_writer_save(ctx->uow->schedules, schedule);
}

static err run_due_schedules_handle(struct command_ctx *ctx, const struct run_due_schedules *cmd,
                                    struct run_due_schedules_result *out)
{
    struct schedule_slice due;
    (void)cmd;
    TRY(schedule_reader_find_due(ctx->readers->schedules, ctx->arena, clock_now(ctx->clock),
                                 DUE_SCHEDULE_COUNT_MAX, &due));
    out->due_count = (int64_t)due.len;
    for (size_t i = 0; i < due.len; i++)
        TRY(run_one(ctx, &due.at[i]));
    return OK;
}
COMMAND(run_due_schedules, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Queue the tasks of the schedules whose time has come");
