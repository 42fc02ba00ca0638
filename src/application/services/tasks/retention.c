/* Study by study, by the same way that people take: each is in the audit trail, and what came under
 * a hold meanwhile stays. */
#include "application/services/tasks/retention.h"

#include "application/commands/images/purge_instance/command.h"
#include "application/commands/images/purge_series/command.h"
#include "application/commands/images/purge_study/command.h"
#include "application/commands/images/trash_study/command.h"
#include "application/queries/retention/list_due_studies/query.h"
#include "application/queries/retention/list_due_trash/query.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

/* What is done to what is due, a page of it after the other. */
struct step {
    err (*list)(struct scope *scope, struct trash_item_slice *out);
    err (*send)(struct scope *scope, const struct trash_item *item);
    const char *unit;
};

static err list_studies(struct scope *scope, struct trash_item_slice *out)
{
    struct list_due_studies_result due = {0};
    TRY(list_due_studies_send(scope, &(struct list_due_studies){0}, &due));
    for (size_t i = 0; i < due.ids.len; i++)
        *SLICE_PUSH(scope->arena, out) = (struct trash_item){LEVEL_STUDY, due.ids.at[i]};
    return OK;
}

static err send_trash(struct scope *scope, const struct trash_item *item)
{
    struct trash_study_result ignored;
    return trash_study_send(scope, &(struct trash_study){.id = item->id}, &ignored);
}

static err list_trash(struct scope *scope, struct trash_item_slice *out)
{
    struct list_due_trash_result due = {0};
    TRY(list_due_trash_send(scope, &(struct list_due_trash){0}, &due));
    *out = due.items;
    return OK;
}

static err send_purge(struct scope *scope, const struct trash_item *item)
{
    struct purge_study_result of_study;
    struct purge_series_result of_series;
    struct purge_instance_result of_instance;
    if (item->level == LEVEL_STUDY)
        return purge_study_send(scope, &(struct purge_study){.id = item->id}, &of_study);
    if (item->level == LEVEL_SERIES)
        return purge_series_send(scope, &(struct purge_series){.id = item->id}, &of_series);
    return purge_instance_send(scope, &(struct purge_instance){.id = item->id}, &of_instance);
}

static const struct step to_trash = {list_studies, send_trash, "studies"},
                         for_good = {list_trash, send_purge, "items"};

/* Whoever was faster is no reason to stop. */
static err take(struct task_run *run, const struct step *step, struct arena *scratch,
                const struct trash_item *item, int64_t *count)
{
    struct scope scope = *run->scope;
    scope.arena = scope.issues.arena = scratch;
    TRY(task_run_check(run));
    err e = step->send(&scope, item);
    if (e.code == ERR_CONFLICT || e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    task_run_progress(run, ++*count, 0, step->unit);
    return OK;
}

static err take_all(struct task_run *run, const struct step *step, int64_t *count)
{
    CLEANUP(arena_deinit) struct arena scratch = {0}, page = {0};
    for (int64_t before = -1; *count != before;) {
        struct scope scope = *run->scope;
        struct trash_item_slice due = {0};
        before = *count;
        arena_reset(&page);
        scope.arena = scope.issues.arena = &page;
        TRY(step->list(&scope, &due));
        for (size_t i = 0; i < due.len; i++) {
            arena_reset(&scratch);
            TRY(take(run, step, &scratch, &due.at[i], count));
        }
    }
    return OK;
}

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    int64_t trashed = 0, purged = 0;
    struct arena *a = run->scope->arena;
    (void)parameters;
    TRY(take_all(run, &to_trash, &trashed));
    TRY(take_all(run, &for_good, &purged));
    out->words = str_format(a, "%lld studies were moved to the trash", (long long)trashed);
    if (purged != 0)
        out->words = str_format(a, "%.*s, %lld items left it for good", STR_ARG(out->words),
                                (long long)purged);
    return OK;
}

const struct task_kind retention_kind = {
    .name = "retention",
    .doc =
        "Move the studies that the rules of retention are about to the trash, and empty it of what "
        "has been there long enough",
    .parameters = &no_parameters_schema,
    .count_max = 2,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
