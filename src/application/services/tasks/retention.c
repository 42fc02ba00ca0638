/* Study by study, by the same way that people take: each is in the audit trail, and what came under
 * a hold meanwhile stays. */
#include "application/services/tasks/retention.h"

#include "application/commands/images/trash_study/command.h"
#include "application/queries/retention/list_due_studies/query.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

/* Whoever was faster is no reason to stop. */
static err trash(struct task_run *run, struct arena *scratch, uuid id, int64_t *count)
{
    struct scope scope = *run->scope;
    struct trash_study_result ignored;
    scope.arena = scope.issues.arena = scratch;
    TRY(task_run_check(run));
    err e = trash_study_send(&scope, &(struct trash_study){.id = id}, &ignored);
    if (e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    task_run_progress(run, ++*count, 0, "studies");
    return OK;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0}, page = {0};
    int64_t count = 0, before = -1;
    (void)parameters;
    while (count != before) {
        struct scope scope = *run->scope;
        struct list_due_studies_result due = {0};
        before = count;
        arena_reset(&page);
        scope.arena = scope.issues.arena = &page;
        TRY(list_due_studies_send(&scope, &(struct list_due_studies){0}, &due));
        for (size_t i = 0; i < due.ids.len; i++) {
            arena_reset(&scratch);
            TRY(trash(run, &scratch, due.ids.at[i], &count));
        }
    }
    out->words =
        str_format(run->scope->arena, "%lld studies were moved to the trash", (long long)count);
    return OK;
}

const struct task_kind retention_kind = {
    .name = "retention",
    .doc = "Move the studies that the rules of retention are about to the trash",
    .parameters = &no_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
