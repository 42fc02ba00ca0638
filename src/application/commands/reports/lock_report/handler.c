/* Whoever has the turn looks and writes: of two at once one has it. */
#include "application/commands/reports/lock_report/command.h"

SCHEMA(lock_report, FIELD(lock_report, id, .flags = KEY | REQUIRED));
SCHEMA(lock_report_result, FIELD_EMBED_OF(lock_report_result, lock, report_lock));

static err lock_report_handle(struct command_ctx *ctx, const struct lock_report *cmd,
                              struct lock_report_result *out)
{
    struct report report;
    instant now = clock_now(ctx->clock);
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &report));
    if (report_is_closed(&report))
        return ERR(CONFLICT, "the report was cancelled or retracted");
    TRY(report_writer_locate_lock(ctx->uow->reports, ctx->arena, report.key, &out->lock));
    if (report_lock_is_of_other(&out->lock, principal_actor_id(ctx->principal), now))
        return ERRF(ctx->arena, CONFLICT, "%.*s is writing the report",
                    STR_ARG(out->lock.holder_name));
    return report_lock_give(ctx, &report, &out->lock);
}
COMMAND(lock_report, .needs = WRITE_REPORTS, .is_limitable = true, .counts_audit = true,
        .doc = "Keep others from writing a report for two minutes; again to keep it");
