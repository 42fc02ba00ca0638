/* When it comes next is reckoned anew from now. */
#include "application/commands/schedules/update_schedule/command.h"

#include "application/services/schedule_service.h"

SCHEMA(update_schedule, FIELD(update_schedule, id, .flags = KEY | REQUIRED),
       FIELD(update_schedule, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_schedule, name, .min = 1, .max = NAME_SIZE_MAX, .doc = "Name"),
       FIELD(update_schedule, expression, .max = CRON_TEXT_SIZE_MAX,
             .check = schedule_expression_complaint, .doc = "When"),
       FIELD(update_schedule, time_zone, .max = TIME_ZONE_NAME_SIZE_MAX,
             .doc = "Whose clock it goes by"),
       FIELD(update_schedule, missed, .check = schedule_missed_complaint,
             .doc = "Of runs that were due while nothing ran: run_once, skip"),
       FIELD(update_schedule, is_enabled, .doc = "Whether it comes at all"));
SCHEMA(update_schedule_result, FIELD_EMBED_OF(update_schedule_result, schedule, schedule));

static void apply(const struct update_schedule *cmd, struct schedule *schedule)
{
    if (cmd->name.ptr != NULL)
        schedule->name = cmd->name;
    if (cmd->expression.ptr != NULL)
        schedule->expression = cmd->expression;
    if (cmd->time_zone.ptr != NULL)
        schedule->time_zone = cmd->time_zone;
    missed_runs_find(cmd->missed, &schedule->missed);
    if (cmd->is_enabled.is_set)
        schedule->is_enabled = cmd->is_enabled.value;
}

static err update_schedule_handle(struct command_ctx *ctx, const struct update_schedule *cmd,
                                  struct update_schedule_result *out)
{
    struct schedule schedule;
    TRY(schedule_reader_get(ctx->readers->schedules, ctx->arena, ctx->principal->organization_key,
                            cmd->id, &schedule));
    ctx->scope->subject_id = schedule.id;
    if (cmd->if_match != 0 && cmd->if_match != schedule.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the schedule");
    apply(cmd, &schedule);
    TRY(schedule_plan(ctx, &schedule));
    schedule.updated_at = clock_now(ctx->clock);
    err e = schedule_writer_save(ctx->uow->schedules, &schedule);
    out->schedule = schedule;
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a schedule of this name is there already") : e;
}
COMMAND(update_schedule, .needs = WRITE_SETTINGS, .doc = "Change a schedule, or switch it off");
