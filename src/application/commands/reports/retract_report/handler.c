/* Its versions stay; whoever looks it up is told that it was taken back. */
#include "application/commands/reports/retract_report/command.h"

#include "application/events/report_retracted.h"
#include "application/models/second_factor.h"

SCHEMA(retract_report, FIELD(retract_report, id, .flags = KEY | REQUIRED),
       FIELD(retract_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(retract_report, reason, .flags = PHI | REQUIRED, .min = 1,
             .max = REPORT_REASON_SIZE_MAX, .doc = "Why"),
       FIELD(retract_report, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
             .doc = "One's own; or otp"),
       FIELD(retract_report, otp, .flags = SECRET, .max = OTP_TEXT_SIZE_MAX,
             .doc = "A code of one's second factor, instead of the password"));
SCHEMA(retract_report_result, FIELD_EMBED_OF(retract_report_result, report, report_view));

static err retract_report_handle(struct command_ctx *ctx, const struct retract_report *cmd,
                                 struct retract_report_result *out)
{
    struct report report;
    struct user user;
    TRY(report_to_change(ctx, cmd->id, cmd->if_match, &report));
    TRY(report_may_revise(&report));
    TRY(report_confirm(ctx, cmd->password, cmd->otp, &user));
    report.state = REPORT_RETRACTED;
    report.closing_reason = cmd->reason;
    report.closed_at = report.updated_at = clock_now(ctx->clock);
    report.closed_by = user.id;
    TRY(report_writer_save(ctx->uow->reports, &report));
    TRY(report_check_lock(ctx, &report));
    TRY(report_writer_remove_lock(ctx->uow->reports, report.key));
    const struct report_retracted event = {report.id, report.study_id, report.closed_by};
    TRY(mediator_publish(ctx->uow->outbox, ctx->arena, &report_retracted_event,
                         report.organization_key, report.id, &event));
    return report_show(ctx->readers, ctx->arena, ctx->principal, report.closed_at, &report,
                       &out->report);
}
COMMAND(retract_report, .needs = SIGN_REPORTS, .doc = "Take back a report that was signed");
