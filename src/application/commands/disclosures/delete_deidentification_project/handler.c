/* With the numbers of its patients. */
#include "application/commands/disclosures/delete_deidentification_project/command.h"

SCHEMA(delete_deidentification_project,
       FIELD(delete_deidentification_project, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_deidentification_project_result);

static err
delete_deidentification_project_handle(struct command_ctx *ctx,
                                       const struct delete_deidentification_project *cmd,
                                       struct delete_deidentification_project_result *out)
{
    struct deidentification_project project;
    (void)out;
    TRY(disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                      ctx->principal->organization_key, cmd->id, &project));
    ctx->scope->subject_id = project.id;
    return disclosure_writer_remove_project(ctx->uow->disclosures, project.key);
}
COMMAND(delete_deidentification_project, .needs = WRITE_SETTINGS,
        .doc = "End a project, and forget its secret");
