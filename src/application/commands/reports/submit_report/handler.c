/* What its form requires must be there. */
#include "application/commands/reports/submit_report/command.h"

#include "application/events/report_submitted.h"

SCHEMA(submit_report, FIELD(submit_report, id, .flags = KEY | REQUIRED),
       FIELD(submit_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(submit_report_result, FIELD_EMBED_OF(submit_report_result, report, report_view));

static err submit_report_handle(struct command_ctx *ctx, const struct submit_report *cmd,
                                struct submit_report_result *out)
{
    struct report_writing w;
    TRY(report_writing_begin(ctx, cmd->id, cmd->if_match, &w));
    TRY(report_may_submit(&w.report));
    report_content_check_complete(&w.form, &w.content, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "the report is not complete");
    w.report.state = REPORT_PRELIMINARY;
    TRY(report_writing_save(ctx, &w));
    const struct report_submitted event = {w.report.id, w.report.study_id, w.report.author_id};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &report_submitted_event,
                         w.report.organization_key, w.report.id, &event));
    return report_show(ctx->readers, ctx->arena, ctx->principal, clock_now(ctx->clock), &w.report,
                       &out->report);
}
COMMAND(submit_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Let a draft be read as a preliminary report");
