/* Reports that began with it stay as they are: they have the form as it was. */
#include "application/commands/reports/update_report_template/command.h"

SCHEMA(update_report_template, FIELD(update_report_template, id, .flags = KEY | REQUIRED),
       FIELD(update_report_template, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_report_template, name, .min = 1, .max = NAME_SIZE_MAX, .example = "CT chest"),
       FIELD(update_report_template, modality, .max = 16, .example = "CT"),
       FIELD(update_report_template, body_part, .max = 64, .example = "CHEST"),
       FIELD(update_report_template, procedure, .max = NAME_SIZE_MAX),
       FIELD(update_report_template, language, .min = 2, .max = REPORT_LANGUAGE_SIZE_MAX,
             .example = "en"),
       FIELD_EMBED_OF(update_report_template, form, report_form));
SCHEMA(update_report_template_result,
       FIELD_EMBED_OF(update_report_template_result, details, report_template_view));

static void apply(const struct update_report_template *cmd, struct report_template *template,
                  struct report_form *form)
{
    const struct {
        str from, *to;
    } texts[] = {{cmd->name, &template->name},
                 {cmd->modality, &template->modality},
                 {cmd->body_part, &template->body_part},
                 {cmd->procedure, &template->procedure},
                 {cmd->language, &template->language}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].from.ptr != NULL)
            *texts[i].to = texts[i].from;
    if (cmd->form.sections.at != NULL)
        form->sections = cmd->form.sections;
    if (cmd->form.fields.at != NULL)
        form->fields = cmd->form.fields;
    if (cmd->form.macros.at != NULL)
        form->macros = cmd->form.macros;
}

static err update_report_template_handle(struct command_ctx *ctx,
                                         const struct update_report_template *cmd,
                                         struct update_report_template_result *out)
{
    struct report_template template;
    struct report_form form;
    TRY(report_template_reader_get(ctx->readers->report_templates, ctx->arena,
                                   ctx->principal->organization_key, cmd->id, &template));
    if (cmd->if_match != 0 && cmd->if_match != template.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the template");
    TRY(report_form_read(ctx->arena, template.form, &form));
    apply(cmd, &template, &form);
    report_form_check(&form, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    template.form = report_form_text(ctx->arena, &form);
    template.updated_at = clock_now(ctx->clock);
    TRY(report_template_writer_save(ctx->uow->report_templates, &template));
    return report_template_show(ctx->arena, &template, &out->details);
}
COMMAND(update_report_template, .needs = WRITE_REPORT_TEMPLATES, .doc = "Change a template");
