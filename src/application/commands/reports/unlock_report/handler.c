/* One's own lock alone. */
#include "application/commands/reports/unlock_report/command.h"

SCHEMA(unlock_report, FIELD(unlock_report, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(unlock_report_result);

static err unlock_report_handle(struct command_ctx *ctx, const struct unlock_report *cmd,
                                struct unlock_report_result *out)
{
    struct report report;
    struct report_lock lock;
    instant now = clock_now(ctx->clock);
    (void)out;
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &report));
    TRY(report_writer_locate_lock(ctx->uow->reports, ctx->arena, report.key, &lock));
    if (lock.key == 0)
        return OK;
    if (report_lock_is_of_other(&lock, principal_actor_id(ctx->principal), now))
        return ERRF(ctx->arena, CONFLICT, "%.*s is writing the report", STR_ARG(lock.holder_name));
    return report_writer_remove_lock(ctx->uow->reports, report.key);
}
COMMAND(unlock_report, .needs = WRITE_REPORTS, .is_limitable = true, .counts_audit = true,
        .doc = "Let others write a report again");
