/* The order of studies and instances is always the same, so a position says what is done. */
#include "application/services/tasks/instance_walk.h"

#include "base/arena.h"
#include "core/result.h"

struct progress {
    int64_t index; /* of the instance that is looked at, over all studies */
    int64_t total;
};

/* The words of errors that come from reading a file may be of the file: none of them is told. */
static str reason_of(err e)
{
    switch (e.code) {
    case ERR_NOT_FOUND:
        return STR("it is not there any more");
    case ERR_CONFLICT:
        return STR("other content is stored under its identifier");
    case ERR_MALFORMED:
    case ERR_UNSUPPORTED:
    case ERR_INVALID:
    case ERR_TOO_LARGE:
        return STR("it cannot be read");
    default:
        return STR("it was refused");
    }
}

static bool passes(err e)
{
    return e.code == ERR_INTERNAL || e.code == ERR_GONE || result_meaning(e.code)->retry;
}

static err walk_one(struct instance_walk *w, struct scope *scope, const struct walked_study *study,
                    const struct study_object *object)
{
    struct task_item item = {.id = object->instance_id, .state = STR("done")};
    err e = w->each(w, scope, study, object, &item);
    if (failed(e) && (passes(e) || w->ends(e))) { /* scope's arena ends before it is told */
        e.text = str_cstr(w->report.run->scope->arena, str_of(e.text));
        return e;
    }
    if (failed(e)) {
        item.state = STR("failed");
        if (item.reason.ptr == NULL)
            item.reason = reason_of(e);
    }
    task_report_add(&w->report.arena, &w->report.body, item);
    w->report.body.position++;
    return task_run_report_save(&w->report, false);
}

static err list_of(struct task_run *run, struct arena *a, str study,
                   struct list_study_objects_result *out)
{
    struct scope scope = *run->scope;
    struct list_study_objects query;
    *out = (struct list_study_objects_result){0};
    scope.arena = scope.issues.arena = a;
    if (!uuid_from_text(study, &query.study_id))
        return ERR(NOT_FOUND, "not found");
    return list_study_objects_send(&scope, &query, out);
}

static err walk_study(struct instance_walk *w, struct task_run *run, str id, struct progress *p)
{
    CLEANUP(arena_deinit) struct arena kept = {0}, scratch = {0};
    struct list_study_objects_result list;
    err e = list_of(run, &kept, id, &list);
    if (e.code == ERR_NOT_FOUND) { /* deleted meanwhile: told in the place of its instances */
        struct task_item item = {.state = STR("failed"), .reason = STR("the study is gone")};
        uuid_from_text(id, &item.id);
        if (p->index++ < w->report.body.position)
            return OK;
        w->report.body.position++;
        task_report_add(&w->report.arena, &w->report.body, item);
        return OK;
    }
    TRY(e);
    const struct walked_study study = {&list, id};
    for (size_t i = 0; i < list.objects.len; i++) {
        struct scope scope = *run->scope;
        if (p->index++ < w->report.body.position)
            continue;
        scope.arena = scope.issues.arena = &scratch;
        TRY(task_run_check(run));
        TRY(walk_one(w, &scope, &study, &list.objects.at[i]));
        task_run_progress(run, p->index, p->total, "instances");
        arena_reset(&scratch);
    }
    return OK;
}

static err count_all(struct task_run *run, const struct str_slice *studies, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < studies->len; i++) {
        CLEANUP(arena_deinit) struct arena scratch = {0};
        struct list_study_objects_result list;
        err e = list_of(run, &scratch, studies->at[i], &list);
        if (failed(e) && e.code != ERR_NOT_FOUND)
            return e;
        *out += failed(e) ? 1 : (int64_t)list.objects.len;
    }
    return OK;
}

static err walk_all(struct instance_walk *w, struct task_run *run, const struct str_slice *studies)
{
    struct progress p = {0};
    TRY(count_all(run, studies, &p.total));
    task_run_progress(run, w->report.body.position, p.total, "instances");
    err e = OK;
    for (size_t i = 0; i < studies->len && !failed(e); i++)
        e = walk_study(w, run, studies->at[i], &p);
    w->report.body.remaining_count =
        p.total > w->report.body.position ? p.total - w->report.body.position : 0;
    err saved = task_run_report_save(&w->report, true);
    return failed(e) ? e : saved;
}

err instance_walk_run(struct instance_walk *w, struct task_run *run,
                      const struct str_slice *studies)
{
    err e = task_run_report_open(&w->report, run);
    if (!failed(e))
        e = walk_all(w, run, studies);
    arena_deinit(&w->report.arena);
    return e;
}
