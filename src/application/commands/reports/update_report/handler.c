/* Nobody else may have changed it or be writing it. */
#include "application/commands/reports/update_report/command.h"

SCHEMA(update_report, FIELD(update_report, id, .flags = KEY | REQUIRED),
       FIELD(update_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD_EMBED_OF(update_report, text, report_text));
SCHEMA(update_report_result, FIELD_EMBED_OF(update_report_result, report, report_view));

static err update_report_handle(struct command_ctx *ctx, const struct update_report *cmd,
                                struct update_report_result *out)
{
    struct report_writing w;
    TRY(report_writing_begin(ctx, cmd->id, cmd->if_match, &w));
    TRY(report_writing_apply(ctx, &cmd->text, &w));
    TRY(report_writing_save(ctx, &w));
    return report_show(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), &w.report,
                       &out->report);
}
COMMAND(update_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Change the version of a report that is being written");
