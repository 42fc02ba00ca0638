/* A task: a study may have many instances. */
#include "application/commands/disclosures/forward_studies/command.h"

#include "application/services/tasks/forward.h"

SCHEMA(forward_studies,
       FIELD(forward_studies, destination, .flags = REQUIRED, .doc = "Which destination"),
       FIELD(forward_studies, studies, .flags = REQUIRED, .min = 1,
             .max = DISCLOSED_STUDY_COUNT_MAX, .doc = "Identifiers of studies"));
SCHEMA(forward_studies_result, FIELD_EMBED_OF(forward_studies_result, task, task_view));

static err forward_studies_handle(struct command_ctx *ctx, const struct forward_studies *cmd,
                                  struct forward_studies_result *out)
{
    struct destination destination;
    struct task task;
    TRY(disclosure_reader_get_destination(ctx->readers->disclosures, ctx->arena,
                                          ctx->principal->organization_key, cmd->destination,
                                          &destination));
    TRY(disclosed_studies_check(ctx, &cmd->studies));
    const struct forward_parameters parameters = {destination.id, cmd->studies};
    TRY(task_queue(ctx,
                   &(struct task_order){.kind = forward_kind.name,
                                        .parameters = &parameters,
                                        .subject_kind = STR("destination"),
                                        .subject_id = destination.id},
                   &task));
    ctx->scope->subject_id = destination.id;
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(forward_studies, .needs = SHARE_STUDIES, .doc = "Send studies to another server");
