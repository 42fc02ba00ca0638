/* What was signed stays and counts. */
#include "application/commands/reports/cancel_report/command.h"

SCHEMA(cancel_report, FIELD(cancel_report, id, .flags = KEY | REQUIRED),
       FIELD(cancel_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(cancel_report, reason, .flags = PHI | REQUIRED, .min = 1,
             .max = REPORT_REASON_SIZE_MAX, .doc = "Why"));
SCHEMA(cancel_report_result, FIELD_EMBED_OF(cancel_report_result, report, report_view));

static err cancel_report_handle(struct command_ctx *ctx, const struct cancel_report *cmd,
                                struct cancel_report_result *out)
{
    struct report_writing w;
    TRY(report_writing_begin(ctx, cmd->id, cmd->if_match, &w));
    struct report *report = &w.report;
    report->working_number = 0;
    report->updated_at = clock_now(ctx->clock);
    if (report->signed_number == 0) {
        report->state = REPORT_CANCELLED;
        report->closing_reason = cmd->reason;
        report->closed_at = report->updated_at;
        report->closed_by = principal_actor_id(ctx->principal);
    }
    TRY(report_writer_save(ctx->uow->reports, report));
    TRY(report_check_lock(ctx, report));
    if (report->signed_number != 0)
        TRY(report_writer_remove_version(ctx->uow->reports, w.version.key));
    TRY(report_writer_remove_lock(ctx->uow->reports, report->key));
    return report_show(ctx->readers, ctx->arena, ctx->principal, report->updated_at, report,
                       &out->report);
}
COMMAND(cancel_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Give up the version that is being written; without a signed one, the report");
