/* A task: a study may have many instances. */
#include "application/commands/disclosures/deidentify_studies/command.h"

#include "application/services/tasks/anonymize.h"

SCHEMA(deidentify_studies,
       FIELD(deidentify_studies, project, .flags = REQUIRED, .doc = "Which project"),
       FIELD(deidentify_studies, studies, .flags = REQUIRED, .min = 1,
             .max = DISCLOSED_STUDY_COUNT_MAX, .doc = "Identifiers of studies"));
SCHEMA(deidentify_studies_result, FIELD_EMBED_OF(deidentify_studies_result, task, task_view));

static err deidentify_studies_handle(struct command_ctx *ctx, const struct deidentify_studies *cmd,
                                     struct deidentify_studies_result *out)
{
    struct deidentification_project project;
    struct task task;
    TRY(disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                      ctx->principal->organization_key, cmd->project, &project));
    TRY(disclosed_studies_check(ctx, &cmd->studies));
    const struct anonymize_parameters parameters = {project.id, cmd->studies};
    TRY(task_queue(ctx,
                   &(struct task_order){.kind = anonymize_kind.name,
                                        .parameters = &parameters,
                                        .subject_kind = STR("deidentification_project"),
                                        .subject_id = project.id},
                   &task));
    ctx->scope->subject_id = project.id;
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(deidentify_studies, .needs = WRITE_STUDIES, .doc = "Make de-identified copies of studies");
