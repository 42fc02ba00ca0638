/* Once; who was named, or any who may read the report and did not tell of it. */
#include "application/commands/reports/acknowledge_report/command.h"

#include "application/events/report_acknowledged.h"

SCHEMA(acknowledge_report, FIELD(acknowledge_report, id, .flags = KEY | REQUIRED));
SCHEMA(acknowledge_report_result,
       FIELD_EMBED_OF(acknowledge_report_result, critical, critical_result));

static err check(struct command_ctx *ctx, const struct critical_result *critical)
{
    uuid me = ctx->principal->user_id;
    if (critical->acknowledged_at.us != 0)
        return ERR(CONFLICT, "it was acknowledged already");
    if (ctx->principal->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "only a person acknowledges");
    if (uuid_is_set(critical->recipient_id))
        return uuid_eq(critical->recipient_id, me) ? OK : ERR(FORBIDDEN, "it is for somebody else");
    return uuid_eq(critical->flagged_by, me)
               ? ERR(CONFLICT, "somebody else than who told of it acknowledges")
               : OK;
}

static err acknowledge_report_handle(struct command_ctx *ctx, const struct acknowledge_report *cmd,
                                     struct acknowledge_report_result *out)
{
    struct report report;
    struct critical_result *critical = &out->critical;
    instant now = clock_now(ctx->clock);
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &report));
    ctx->scope->subject_id = report.id;
    err e = report_reader_get_critical(ctx->readers->reports, ctx->arena, report.key, critical);
    if (e.code == ERR_NOT_FOUND)
        return ERR(CONFLICT, "the report tells of no critical result");
    TRY(e);
    TRY(check(ctx, critical));
    critical->acknowledged_at = critical->updated_at = now;
    critical->acknowledged_by = ctx->principal->user_id;
    critical->due_at = (instant){0};
    TRY(report_author_name(ctx, &critical->acknowledged_by_name));
    e = report_writer_save_critical(ctx->uow->reports, critical);
    if (e.code == ERR_PRECONDITION_FAILED)
        return ERR(SERIALIZATION, "it changed at the same time");
    TRY(e);
    const struct report_acknowledged event = {report.id, critical->id, report.study_id,
                                              critical->acknowledged_by, critical->flagged_by};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &report_acknowledged_event,
                            report.organization_key, report.id, &event);
}
COMMAND(acknowledge_report, .needs = READ_REPORTS, .is_limitable = true,
        .doc = "Acknowledge the critical result of a report");
