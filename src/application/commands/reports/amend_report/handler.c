/* The signed one counts until this one is signed. */
#include "application/commands/reports/amend_report/command.h"

SCHEMA(amend_report, FIELD(amend_report, id, .flags = KEY | REQUIRED),
       FIELD(amend_report, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(amend_report, reason, .flags = PHI | REQUIRED, .min = 1, .max = REPORT_REASON_SIZE_MAX,
             .doc = "Why"));
SCHEMA(amend_report_result, FIELD_EMBED_OF(amend_report_result, report, report_view));

static err amend_report_handle(struct command_ctx *ctx, const struct amend_report *cmd,
                               struct amend_report_result *out)
{
    const struct report_revision revision = {.kind = REPORT_AMENDMENT, .reason = cmd->reason};
    return report_revise(ctx, cmd->id, cmd->if_match, &revision, &out->report);
}
COMMAND(amend_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Begin an amendment of a signed report: another text that takes its place once it "
               "is signed");
