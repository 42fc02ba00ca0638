/* Instance after instance, each in a unit of work of its own. */
#include "application/services/tasks/rebuild_study.h"

#include "application/commands/images/rebuild_instance/command.h"
#include "application/queries/images/list_study_objects/query.h"
#include "application/services/ingest_service.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

SCHEMA(rebuild_study_parameters, FIELD(rebuild_study_parameters, study_id));

/* One that was replaced or went meanwhile needs it no more. */
static err rebuild(struct scope *scope, const struct study_object *object)
{
    struct rebuild_instance cmd = {.id = object->instance_id};
    struct rebuild_instance_result result;
    TRY(ingest_again(scope, object->object_name, &cmd.content));
    err e = rebuild_instance_send(scope, &cmd, &result);
    return e.code == ERR_NOT_FOUND || e.code == ERR_PRECONDITION_FAILED ? OK : e;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct rebuild_study_parameters *p = parameters;
    struct list_study_objects_result list;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    TRY(list_study_objects_send(run->scope, &(struct list_study_objects){p->study_id}, &list));
    for (size_t i = 0; i < list.objects.len; i++) {
        struct scope scope = *run->scope;
        scope.arena = scope.issues.arena = &scratch;
        task_run_progress(run, (int64_t)i, (int64_t)list.objects.len, "instances");
        TRY(task_run_check(run));
        TRY(rebuild(&scope, &list.objects.at[i]));
        arena_reset(&scratch);
    }
    task_run_progress(run, (int64_t)list.objects.len, (int64_t)list.objects.len, "instances");
    out->words = str_format(run->scope->arena, "%zu instances were read again", list.objects.len);
    return OK;
}

const struct task_kind rebuild_study_kind = {
    .name = "rebuild_study",
    .doc = "Derive a study's metadata from its bytes again",
    .parameters = &rebuild_study_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 5,
    .run = run,
};
