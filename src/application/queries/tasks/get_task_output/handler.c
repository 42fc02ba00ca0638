/* What is in it was allowed when it was made; it must be allowed to whoever takes it away, too. */
#include "application/queries/tasks/get_task_output/query.h"

#include "application/services/tasks/export_studies.h"
#include "application/services/tasks/task_end.h"
#include "base/json.h"

SCHEMA(get_task_output, FIELD(get_task_output, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(get_task_output_result);

static err check_studies(struct query_ctx *ctx, const struct task *task)
{
    struct export_parameters parameters = {0};
    struct issues issues = {.arena = ctx->arena};
    struct study study;
    if (!str_eq(task->kind, str_of(export_kind.name)))
        return ERR(NOT_FOUND, "not found");
    TRY(json_read(ctx->arena, task->parameters, &export_parameters_schema, &parameters, &issues));
    for (size_t i = 0; i < parameters.studies.len; i++) {
        TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access,
                                   parameters.studies.at[i].id, &study));
        if (study.state == STUDY_TRASHED)
            return ERR(NOT_FOUND, "not found");
    }
    return OK;
}

static err get_task_output_handle(struct query_ctx *ctx, const struct get_task_output *query,
                                  struct get_task_output_result *out)
{
    struct task task;
    TRY(task_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &task));
    ctx->scope->subject_id = task.id;
    if (task.output_name.len == 0)
        return ERR(NOT_FOUND, "not found");
    TRY(check_studies(ctx, &task));
    if (task.output_object.len == 0)
        return ERR(GONE, "what the task made was kept for some days, which have passed");
    *out = (struct get_task_output_result){task.output_object, task.output_name, task.output_type,
                                           task.output_size};
    return OK;
}
QUERY(get_task_output, .needs = DOWNLOAD_STUDIES, .is_limitable = true, .reads_patient_data = true,
      .doc = "The file that a task made");
