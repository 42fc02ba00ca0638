/* A schedule is told to whoever changes it in full: what is wrong, and where. */
#include "application/services/schedule_service.h"

#include "application/services/tasks/task_service.h"
#include "base/arena.h"

const char *schedule_expression_complaint(str expression)
{
    struct cron cron;
    err e = cron_parse(expression, &cron);
    return failed(e) ? e.text : NULL;
}

const char *schedule_missed_complaint(str name)
{
    enum missed_runs missed;
    return missed_runs_find(name, &missed) ? NULL : "is run_once or skip";
}

bool schedule_kind_is_known(const struct services *services, str kind)
{
    const struct task_kind *found = task_kind_find(&services->task_kinds, kind);
    return found != NULL && found->is_schedulable;
}

err schedule_plan(struct command_ctx *ctx, struct schedule *schedule)
{
    struct issues *issues = &ctx->scope->issues;
    const struct time_zone *zone = &time_zone_utc;
    err e = time_zones_find(ctx->services->time_zones, schedule->time_zone, &zone);
    if (e.code == ERR_NOT_FOUND)
        issues_add(issues, STR("time_zone"), "is no time zone of the IANA database");
    else
        TRY(e);
    if (!schedule_kind_is_known(ctx->services, schedule->kind))
        issues_add(issues, STR("kind"), "is no kind of task that can be scheduled");
    e = schedule_set_next(schedule, zone, clock_now(ctx->clock));
    if (e.code == ERR_INVALID)
        issues_add(issues, STR("expression"), e.text);
    return issues->list.len != 0 ? ERR(INVALID, "some fields are not valid") : e;
}

static err check_before(struct command_ctx *ctx, const struct schedule *schedule)
{
    struct task before;
    if (!uuid_is_set(schedule->last_task_id))
        return OK;
    err e = task_reader_get(ctx->readers->tasks, ctx->arena, schedule->organization_key,
                            schedule->last_task_id, &before);
    if (e.code == ERR_NOT_FOUND)
        return OK; /* purged */
    TRY(e);
    return task_has_ended(&before) ? OK : ERR(CONFLICT, "its task before has not ended");
}

err schedule_queue(struct command_ctx *ctx, const struct schedule *schedule, str key,
                   struct task *out)
{
    struct principal principal = principal_system(schedule->organization_key);
    struct command_ctx inner = *ctx;
    const struct task_kind *kind = task_kind_find(&ctx->services->task_kinds, schedule->kind);
    if (kind == NULL)
        return ERR(CONFLICT, "there is no task of that kind any more");
    TRY(check_before(ctx, schedule));
    if (ctx->principal->kind == PRINCIPAL_SYSTEM)
        inner.principal = &principal;
    void *parameters = arena_alloc(ctx->arena, kind->parameters->size + 1, kind->parameters->align);
    memset(parameters, 0, kind->parameters->size);
    return task_queue(&inner,
                      &(struct task_order){.kind = kind->name,
                                           .parameters = parameters,
                                           .priority = TASK_PRIORITY_LOW,
                                           .subject_kind = STR("schedule"),
                                           .subject_id = schedule->id,
                                           .idempotency_key = key},
                      out);
}
