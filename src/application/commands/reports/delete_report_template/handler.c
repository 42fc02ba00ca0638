/* Reports that began with it stay as they are. */
#include "application/commands/reports/delete_report_template/command.h"

SCHEMA(delete_report_template, FIELD(delete_report_template, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_report_template_result);

static err delete_report_template_handle(struct command_ctx *ctx,
                                         const struct delete_report_template *cmd,
                                         struct delete_report_template_result *out)
{
    struct report_template template;
    (void)out;
    TRY(report_template_reader_get(ctx->readers->report_templates, ctx->arena,
                                   ctx->principal->organization_key, cmd->id, &template));
    return report_template_writer_remove(ctx->uow->report_templates, template.key);
}
COMMAND(delete_report_template, .needs = WRITE_REPORT_TEMPLATES, .doc = "Remove a template");
