/* The rest is part of every file that was made. */
#include "application/commands/disclosures/update_deidentification_project/command.h"

SCHEMA(update_deidentification_project,
       FIELD(update_deidentification_project, id, .flags = KEY | REQUIRED),
       FIELD(update_deidentification_project, if_match, .flags = FROM_HEADER,
             .doc = "Version seen"),
       FIELD(update_deidentification_project, name, .min = 1, .max = NAME_SIZE_MAX, .doc = "Name"),
       FIELD(update_deidentification_project, description, .max = LONG_TEXT_SIZE_MAX,
             .doc = "What it is for"),
       FIELD(update_deidentification_project, risks, .max = 16, .check = risk_policy_complaint,
             .doc = "refuse or report"));
SCHEMA(update_deidentification_project_result,
       FIELD_EMBED_OF(update_deidentification_project_result, view, deidentification_project_view));

static err
update_deidentification_project_handle(struct command_ctx *ctx,
                                       const struct update_deidentification_project *cmd,
                                       struct update_deidentification_project_result *out)
{
    struct deidentification_project project;
    TRY(disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                      ctx->principal->organization_key, cmd->id, &project));
    ctx->scope->subject_id = project.id;
    TRY(disclosure_writer_locate_project(ctx->uow->disclosures, ctx->arena, project.key, &project));
    if (cmd->if_match != 0 && cmd->if_match != project.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the project");
    if (cmd->name.ptr != NULL)
        project.name = cmd->name;
    if (cmd->description.ptr != NULL)
        project.description = cmd->description;
    if (cmd->risks.ptr != NULL)
        project.risks = risk_policy_of(cmd->risks);
    project.updated_at = clock_now(ctx->clock);
    err e = disclosure_writer_save_project(ctx->uow->disclosures, &project);
    out->view = project_view_of(ctx->arena, &project);
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a project of this name is there already") : e;
}
COMMAND(update_deidentification_project, .needs = WRITE_SETTINGS,
        .doc = "Change what a project is called");
