/* With a template, what it begins with is filled in for the study; what the request says itself
 * takes the place of that. */
#include "application/commands/reports/create_report/command.h"

#include "application/events/report_submitted.h"
#include "application/models/made_often.h"

SCHEMA(create_report, FIELD(create_report, id, .flags = KEY | REQUIRED, .doc = "The study"),
       FIELD_EMBED_OF(create_report, text, report_text),
       FIELD(create_report, template_id, .doc = "What it begins with"),
       FIELD(create_report, is_preliminary,
             .doc = "To be read at once by those who may, and not a draft"));
SCHEMA(create_report_result, FIELD_EMBED_OF(create_report_result, report, report_view));

static err begin_with_template(struct command_ctx *ctx, const struct create_report *cmd,
                               const struct study *study, str author_name, struct report_writing *w)
{
    struct report_template template;
    err e = report_template_reader_get(ctx->readers->report_templates, ctx->arena,
                                       w->report.organization_key, cmd->template_id, &template);
    if (e.code == ERR_NOT_FOUND)
        issues_add(&ctx->scope->issues, STR("template_id"), "there is no such template");
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? ERR(INVALID, "some fields are not valid") : e;
    w->report.template_id = template.id;
    w->report.title = template.name;
    w->report.language = template.language;
    w->report.form = template.form;
    TRY(report_form_read(ctx->arena, template.form, &w->form));
    for (size_t i = 0; i < w->form.sections.len; i++) {
        const struct form_section *section = &w->form.sections.at[i];
        *SLICE_PUSH(ctx->arena, &w->content.sections) =
            (struct report_section){.heading = section->heading,
                                    .text = report_fill_in(ctx->arena, section->text, study,
                                                           author_name, clock_now(ctx->clock))};
    }
    return OK;
}

static err begin(struct command_ctx *ctx, const struct create_report *cmd,
                 const struct study *study, struct report_writing *w)
{
    instant now = clock_now(ctx->clock);
    str author_name;
    TRY(report_author_name(ctx, &author_name));
    w->report = (struct report){.id = uuid_make(ctx->clock),
                                .organization_key = ctx->principal->organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .study_key = study->key,
                                .study_id = study->id,
                                .study_instance_uid = study->study_instance_uid,
                                .author_id = principal_actor_id(ctx->principal),
                                .author_name = author_name,
                                .working_number = 1};
    if (uuid_is_set(cmd->template_id))
        TRY(begin_with_template(ctx, cmd, study, author_name, w));
    if (w->report.title.ptr == NULL)
        w->report.title =
            study->study_description.len != 0 ? study->study_description : STR("Report");
    w->version = report_version_new(ctx, &w->report, 1, REPORT_ORIGINAL);
    w->version.author_name = author_name;
    return report_writing_apply(ctx, &cmd->text, w);
}

static err submit(struct command_ctx *ctx, struct report_writing *w)
{
    report_content_check_complete(&w->form, &w->content, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "the report is not complete");
    w->report.state = REPORT_PRELIMINARY;
    const struct report_submitted event = {w->report.id, w->report.study_id, w->report.author_id};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &report_submitted_event,
                            w->report.organization_key, w->report.id, &event);
}

static err create_report_handle(struct command_ctx *ctx, const struct create_report *cmd,
                                struct create_report_result *out)
{
    struct report_writing w = {0};
    struct access access;
    struct study study;
    if (!report_access(ctx->principal, clock_now(ctx->clock), &access))
        return ERR(NOT_FOUND, "not found");
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, &access, cmd->id, &study));
    if (study.state != STUDY_RECEIVED)
        return ERR(NOT_FOUND, "not found");
    TRY(made_often_check(ctx, "reports"));
    TRY(begin(ctx, cmd, &study, &w));
    if (cmd->is_preliminary)
        TRY(submit(ctx, &w));
    w.version.content = report_content_text(ctx->arena, &w.content);
    w.report.title = w.version.title;
    w.report.language = w.version.language;
    w.report.search_key = report_search_text(ctx->arena, w.version.title, &w.content);
    TRY(report_writer_add(ctx->uow->reports, &w.report));
    w.version.report_key = w.report.key;
    ctx->scope->subject_id = w.report.id;
    TRY(report_writer_add_version(ctx->uow->reports, &w.version));
    out->report = (struct report_view){.report = w.report, .number = 1, .content = w.content};
    return OK;
}
COMMAND(create_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Begin a report on a study");
