/* Whoever had it is told. */
#include "application/commands/reports/take_over_report/command.h"

#include "application/events/report_lock_taken.h"

SCHEMA(take_over_report, FIELD(take_over_report, id, .flags = KEY | REQUIRED),
       FIELD(take_over_report, reason, .flags = REQUIRED, .min = 1, .max = REPORT_REASON_SIZE_MAX,
             .doc = "Why"));
SCHEMA(take_over_report_result, FIELD_EMBED_OF(take_over_report_result, lock, report_lock));

static err take_over_report_handle(struct command_ctx *ctx, const struct take_over_report *cmd,
                                   struct take_over_report_result *out)
{
    struct report report;
    instant now = clock_now(ctx->clock);
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &report));
    TRY(report_writer_locate_lock(ctx->uow->reports, ctx->arena, report.key, &out->lock));
    bool was_of_other =
        report_lock_is_of_other(&out->lock, principal_actor_id(ctx->principal), now);
    const struct report_lock_taken event = {report.id, report.study_id,
                                            principal_actor_id(ctx->principal), out->lock.holder_id,
                                            cmd->reason};
    TRY(report_lock_give(ctx, &report, &out->lock));
    return was_of_other ? mediator_publish(ctx->uow->outbox, ctx->arena, &report_lock_taken_event,
                                           report.organization_key, report.id, &event)
                        : OK;
}
COMMAND(take_over_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Take a report over from whoever is writing it");
