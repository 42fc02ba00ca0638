/* The signed one counts until this one is signed. */
#include "application/commands/reports/add_report_addendum/command.h"

SCHEMA(add_report_addendum, FIELD(add_report_addendum, id, .flags = KEY | REQUIRED),
       FIELD(add_report_addendum, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(add_report_addendum, reason, .flags = PHI, .max = REPORT_REASON_SIZE_MAX,
             .doc = "Why"),
       FIELD(add_report_addendum, text, .flags = PHI, .max = REPORT_SECTION_SIZE_MAX,
             .doc = "What is added"));
SCHEMA(add_report_addendum_result, FIELD_EMBED_OF(add_report_addendum_result, report, report_view));

static err add_report_addendum_handle(struct command_ctx *ctx,
                                      const struct add_report_addendum *cmd,
                                      struct add_report_addendum_result *out)
{
    const struct report_revision revision = {
        .kind = REPORT_ADDENDUM, .reason = cmd->reason, .addendum = cmd->text};
    return report_revise(ctx, cmd->id, cmd->if_match, &revision, &out->report);
}
COMMAND(add_report_addendum, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Begin an addendum to a signed report, whose text stays");
