/* What somebody who writes puts in: default texts and macros, with the study's own words. */
#include "application/queries/reports/expand_report_template/query.h"

#include "base/arena.h"

SCHEMA(expand_report_template, FIELD(expand_report_template, id, .flags = KEY | REQUIRED),
       FIELD(expand_report_template, study_id, .flags = KEY | REQUIRED, .doc = "The study"));
SCHEMA(expand_report_template_result,
       FIELD_EMBED_OF(expand_report_template_result, details, report_template_view));

static err expand_report_template_handle(struct query_ctx *ctx,
                                         const struct expand_report_template *query,
                                         struct expand_report_template_result *out)
{
    struct report_template template;
    struct access access;
    struct study study;
    struct user user = {.name = str_of(ctx->principal->name)};
    instant now = clock_now(ctx->clock);
    if (!report_access(ctx->principal, now, &access))
        return ERR(NOT_FOUND, "not found");
    TRY(report_template_reader_get(ctx->readers->report_templates, ctx->arena,
                                   ctx->principal->organization_key, query->id, &template));
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, &access, query->study_id, &study));
    ctx->scope->subject_id = study.id;
    if (ctx->principal->kind == PRINCIPAL_USER)
        TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key,
                                   &user));
    TRY(report_template_show(ctx->arena, &template, &out->details));
    struct report_form *form = &out->details.form;
    for (size_t i = 0; i < form->sections.len; i++)
        form->sections.at[i].text =
            report_fill_in(ctx->arena, form->sections.at[i].text, &study, user.name, now);
    for (size_t i = 0; i < form->macros.len; i++)
        form->macros.at[i].text =
            report_fill_in(ctx->arena, form->macros.at[i].text, &study, user.name, now);
    return OK;
}
QUERY(expand_report_template, .needs = WRITE_REPORTS, .is_limitable = true,
      .reads_patient_data = true, .doc = "A template, filled in for a study");
