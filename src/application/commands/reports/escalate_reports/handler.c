/* Until somebody does, or the report is taken back: then nobody has to. */
#include "application/commands/reports/escalate_reports/command.h"

#include "application/events/report_escalated.h"

SCHEMA_EMPTY(escalate_reports);
SCHEMA(escalate_reports_result, FIELD(escalate_reports_result, critical_count),
       FIELD(escalate_reports_result, has_more));

static err escalate(struct command_ctx *ctx, struct critical_result *critical, instant now)
{
    struct report report;
    TRY(report_reader_get_by_key(ctx->readers->reports, ctx->arena, critical->report_key, &report));
    bool is_over = report_is_closed(&report);
    critical->updated_at = now;
    critical->due_at =
        is_over ? (instant){0} : instant_add(now, SECONDS(critical->acknowledge_minutes * 60));
    critical->escalation_count += is_over ? 0 : 1;
    err e = report_writer_save_critical(ctx->uow->reports, critical);
    if (failed(e) || is_over)
        return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "acknowledged just now") : e;
    const struct report_escalated event = {.report_id = critical->report_id,
                                           .critical_id = critical->id,
                                           .study_id = critical->study_id,
                                           .flagged_by = critical->flagged_by,
                                           .recipient_id = critical->recipient_id,
                                           .escalation_count = critical->escalation_count};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &report_escalated_event,
                            critical->organization_key, critical->report_id, &event);
}

static err escalate_reports_handle(struct command_ctx *ctx, const struct escalate_reports *cmd,
                                   struct escalate_reports_result *out)
{
    struct critical_result_slice due;
    instant now = clock_now(ctx->clock);
    (void)cmd;
    TRY(report_reader_find_due(ctx->readers->reports, ctx->arena, now, ESCALATED_COUNT_MAX, &due));
    for (size_t i = 0; i < due.len; i++)
        TRY(escalate(ctx, &due.at[i], now));
    out->critical_count = (int64_t)due.len;
    out->has_more = due.len == ESCALATED_COUNT_MAX;
    return OK;
}
COMMAND(escalate_reports, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell again of critical results that nobody has acknowledged in time");
