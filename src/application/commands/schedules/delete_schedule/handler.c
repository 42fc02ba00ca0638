/* One that came with the program would come again. */
#include "application/commands/schedules/delete_schedule/command.h"

SCHEMA(delete_schedule, FIELD(delete_schedule, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_schedule_result);

static err delete_schedule_handle(struct command_ctx *ctx, const struct delete_schedule *cmd,
                                  struct delete_schedule_result *out)
{
    struct schedule schedule;
    (void)out;
    TRY(schedule_reader_get(ctx->readers->schedules, ctx->arena, ctx->principal->organization_key,
                            cmd->id, &schedule));
    ctx->scope->subject_id = schedule.id;
    if (schedule.is_shipped)
        return ERR(CONFLICT, "it came with the program: switch it off instead");
    return schedule_writer_remove(ctx->uow->schedules, schedule.key);
}
COMMAND(delete_schedule, .needs = WRITE_SETTINGS, .doc = "Remove a schedule");
