/* It comes first at the first time after now. */
#include "application/commands/schedules/create_schedule/command.h"

#include "application/services/schedule_service.h"

SCHEMA(create_schedule,
       FIELD(create_schedule, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "Name", .example = "nightly check"),
       FIELD(create_schedule, kind, .flags = REQUIRED, .max = TASK_KIND_SIZE_MAX,
             .doc = "Kind of the task that is queued", .example = "verify_storage"),
       FIELD(create_schedule, expression, .flags = REQUIRED, .max = CRON_TEXT_SIZE_MAX,
             .check = schedule_expression_complaint,
             .doc = "Five fields of crontab, @daily and the like, or every 15m",
             .example = "30 2 * * mon-fri"),
       FIELD(create_schedule, time_zone, .max = TIME_ZONE_NAME_SIZE_MAX,
             .doc = "Whose clock it goes by: a name of the IANA database; UTC without",
             .example = "Europe/Berlin"),
       FIELD(create_schedule, missed, .check = schedule_missed_complaint,
             .doc = "Of runs that were due while nothing ran: run_once, skip"));
SCHEMA(create_schedule_result, FIELD_EMBED_OF(create_schedule_result, schedule, schedule));

static err create_schedule_handle(struct command_ctx *ctx, const struct create_schedule *cmd,
                                  struct create_schedule_result *out)
{
    instant now = clock_now(ctx->clock);
    struct schedule_slice there;
    struct schedule schedule = {.id = uuid_make(ctx->clock),
                                .organization_key = ctx->principal->organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .name = cmd->name,
                                .kind = cmd->kind,
                                .expression = cmd->expression,
                                .time_zone =
                                    cmd->time_zone.ptr != NULL ? cmd->time_zone : STR("UTC"),
                                .is_enabled = true};
    missed_runs_find(cmd->missed, &schedule.missed);
    TRY(schedule_plan(ctx, &schedule));
    TRY(schedule_reader_find(ctx->readers->schedules, ctx->arena, schedule.organization_key,
                             &there));
    if (there.len >= SCHEDULE_COUNT_MAX)
        return ERR(CONFLICT, "there are too many schedules");
    ctx->scope->subject_id = schedule.id;
    err e = schedule_writer_add(ctx->uow->schedules, &schedule);
    out->schedule = schedule;
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a schedule of this name is there already") : e;
}
COMMAND(create_schedule, .needs = WRITE_SETTINGS, .doc = "Let a task come again");
