/* Of the whole organization. */
#include "application/commands/reports/create_report_template/command.h"

#include "application/models/made_often.h"

SCHEMA(create_report_template,
       FIELD(create_report_template, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .example = "CT chest"),
       FIELD(create_report_template, modality, .max = 16, .example = "CT"),
       FIELD(create_report_template, body_part, .max = 64, .example = "CHEST"),
       FIELD(create_report_template, procedure, .max = NAME_SIZE_MAX),
       FIELD(create_report_template, language, .flags = REQUIRED, .min = 2,
             .max = REPORT_LANGUAGE_SIZE_MAX, .example = "en"),
       FIELD_EMBED_OF(create_report_template, form, report_form));
SCHEMA(create_report_template_result,
       FIELD_EMBED_OF(create_report_template_result, details, report_template_view));

static err create_report_template_handle(struct command_ctx *ctx,
                                         const struct create_report_template *cmd,
                                         struct create_report_template_result *out)
{
    instant now = clock_now(ctx->clock);
    report_form_check(&cmd->form, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(made_often_check(ctx, "report templates"));
    struct report_template template = {.id = uuid_make(ctx->clock),
                                       .organization_key = ctx->principal->organization_key,
                                       .created_at = now,
                                       .updated_at = now,
                                       .name = cmd->name,
                                       .modality = cmd->modality,
                                       .body_part = cmd->body_part,
                                       .procedure = cmd->procedure,
                                       .language = cmd->language,
                                       .form = report_form_text(ctx->arena, &cmd->form)};
    ctx->scope->subject_id = template.id;
    TRY(report_template_writer_add(ctx->uow->report_templates, &template));
    return report_template_show(ctx->arena, &template, &out->details);
}
COMMAND(create_report_template, .needs = WRITE_REPORT_TEMPLATES,
        .doc = "Make a template for reports");
