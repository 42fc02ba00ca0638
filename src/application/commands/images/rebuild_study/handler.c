/* A task: a study may have many instances. */
#include "application/commands/images/rebuild_study/command.h"

#include "application/services/tasks/rebuild_study.h"
#include "application/services/tasks/task_service.h"

SCHEMA(rebuild_study, FIELD(rebuild_study, id, .flags = KEY | REQUIRED));
SCHEMA(rebuild_study_result, FIELD_EMBED_OF(rebuild_study_result, task, task_view));

static err rebuild_study_handle(struct command_ctx *ctx, const struct rebuild_study *cmd,
                                struct rebuild_study_result *out)
{
    struct study study;
    struct task task;
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, cmd->id, &study));
    ctx->scope->subject_id = study.id;
    const struct rebuild_study_parameters parameters = {study.id};
    TRY(task_queue(ctx,
                   &(struct task_order){.kind = rebuild_study_kind.name,
                                        .parameters = &parameters,
                                        .subject_kind = STR("study"),
                                        .subject_id = study.id},
                   &task));
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(rebuild_study, .needs = WRITE_STUDIES,
        .doc = "Derive a study's metadata from its bytes again");
