/* Queue, run, settle. */
#include "application/services/tasks/task_service.h"

#include "application/commands/tasks/beat_task/command.h"
#include "application/commands/tasks/claim_task/command.h"
#include "application/commands/tasks/settle_task/command.h"
#include "application/events/task_queued.h"
#include "base/json.h"
#include "base/log.h"
#include "core/result.h"

SCHEMA_EMPTY(no_parameters);

const struct task_kind *task_kind_find(const struct task_kinds *kinds, str name)
{
    for (size_t i = 0; i < kinds->len; i++)
        if (str_eq(name, str_of(kinds->at[i]->name)))
            return kinds->at[i];
    return NULL;
}

/* ---- queue ---- */

static err depend(struct command_ctx *ctx, uuid on, struct task *task)
{
    struct task before;
    if (!uuid_is_set(on))
        return OK;
    TRY(task_reader_get(ctx->readers->tasks, ctx->arena, task->organization_key, on, &before));
    TRY(task_writer_locate(ctx->uow->tasks, ctx->arena, before.key, &before));
    if (task_has_ended(&before) && before.state != TASK_SUCCEEDED)
        return ERR(CONFLICT, "the task it depends on did not succeed");
    task->depends_on_key = before.key;
    task->depends_on_id = before.id;
    if (before.state != TASK_SUCCEEDED)
        task->state = TASK_WAITING;
    return OK;
}

static err find_same(struct command_ctx *ctx, const struct task_order *order, struct task *out,
                     bool *is_there)
{
    *is_there = false;
    if (order->idempotency_key.ptr == NULL)
        return OK;
    err e = task_reader_get_by_idempotency_key(ctx->readers->tasks, ctx->arena,
                                               ctx->principal->organization_key,
                                               str_of(order->kind), order->idempotency_key, out);
    *is_there = !failed(e);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err task_queue(struct command_ctx *ctx, const struct task_order *order, struct task *out)
{
    instant now = clock_now(ctx->clock);
    struct buf parameters = BUF_IN(ctx->arena);
    const struct task_kind *kind = task_kind_find(&ctx->services->task_kinds, str_of(order->kind));
    bool is_there;
    if (kind == NULL)
        return ERR(INTERNAL, "there is no task of that kind");
    TRY(find_same(ctx, order, out, &is_there));
    if (is_there)
        return OK;
    json_write(&parameters, kind->parameters, order->parameters, JSON_INTERNAL);
    if (parameters.len > TASK_PARAMETERS_SIZE_MAX)
        return ERR(TOO_LARGE, "the task has too many parameters");
    *out =
        (struct task){.id = uuid_make(ctx->clock),
                      .organization_key = ctx->principal->organization_key,
                      .created_at = now,
                      .updated_at = now,
                      .kind = str_of(kind->name),
                      .state = TASK_QUEUED,
                      .priority = order->priority != 0 ? order->priority : TASK_PRIORITY,
                      .created_by = principal_actor_id(ctx->principal),
                      .subject_kind = order->subject_kind,
                      .subject_id = order->subject_id,
                      .parameters = buf_str(&parameters),
                      .idempotency_key = order->idempotency_key,
                      .attempt_count_max = kind->attempt_count_max,
                      .next_attempt_at = order->not_before.us > now.us ? order->not_before : now};
    TRY(depend(ctx, order->depends_on, out));
    TRY(task_writer_add(ctx->uow->tasks, out));
    return mediator_publish(ctx->uow->outbox, ctx->arena, &task_queued_event, out->organization_key,
                            out->id, &(struct task_queued){out->id});
}

/* ---- the run's own side ---- */

void task_run_progress(struct task_run *run, int64_t done, int64_t total, const char *unit)
{
    __atomic_store_n(&run->progress_done, done, __ATOMIC_RELAXED);
    __atomic_store_n(&run->progress_total, total, __ATOMIC_RELAXED);
    __atomic_store_n(&run->progress_unit, unit, __ATOMIC_RELAXED);
}

void task_run_stage(struct task_run *run, const char *words)
{
    __atomic_store_n(&run->stage, words, __ATOMIC_RELAXED);
}

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

err task_run_check(struct task_run *run)
{
    if (is_set(&run->is_cancelled))
        return ERR(GONE, "the task was cancelled");
    if (is_set(&run->is_lost))
        return ERR(GONE, "another worker has the task");
    return is_set(&run->is_stopping) ? ERR(GONE, "the worker ends") : OK;
}

/* ---- the worker's side ---- */

static enum task_verdict verdict_of(const struct task_run *run, err e)
{
    if (!failed(e))
        return TASK_DONE;
    if (e.code == ERR_GONE && is_set(&run->is_cancelled))
        return TASK_WAS_CANCELLED;
    if (e.code == ERR_GONE && is_set(&run->is_stopping))
        return TASK_STOPPED;
    return e.code == ERR_INTERNAL || result_meaning(e.code)->retry ? TASK_TRY_AGAIN : TASK_GIVE_UP;
}

/* It was written by this program or an older one: what it does not know of it is left out. */
static err run_kind(const struct task_kind *kind, struct task_run *run, struct task_result *out)
{
    struct arena *a = run->scope->arena;
    void *parameters = arena_alloc(a, kind->parameters->size + 1, kind->parameters->align);
    struct issues issues = {.arena = a};
    memset(parameters, 0, kind->parameters->size);
    TRY(json_read(a, run->task.parameters, kind->parameters, parameters, &issues));
    return kind->run(run, parameters, out);
}

static err settle(struct scope *scope, struct task_run *run, const struct task_result *result,
                  err outcome)
{
    struct settle_task_result settled;
    enum task_verdict verdict = verdict_of(run, outcome);
    struct settle_task cmd = {.task_key = run->task.key,
                              .fence = run->task.fence,
                              .verdict = verdict,
                              .words = failed(outcome) ? str_of(outcome.text) : result->words,
                              .progress_done = run->progress_done,
                              .progress_total = run->progress_total,
                              .progress_unit = str_of(run->progress_unit)};
    if (verdict == TASK_DONE) {
        cmd.output_object = result->output_object;
        cmd.output_name = result->output_name;
        cmd.output_type = result->output_type;
        cmd.output_size = result->output_size;
    }
    err e = settle_task_send(scope, &cmd, &settled);
    str id = uuid_text(scope->arena, run->task.id);
    if (e.code == ERR_PRECONDITION_FAILED) {
        log_event(LOG_WARN, "task_lease_lost", "task=%.*s", STR_ARG(id));
        return OK;
    }
    TRY(e);
    log_event(failed(outcome) && verdict != TASK_STOPPED ? LOG_WARN : LOG_INFO, "task",
              "id=%.*s kind=%.*s state=%s attempt=%lld code=%s", STR_ARG(id),
              STR_ARG(run->task.kind), task_state_names[settled.state],
              (long long)run->task.attempt_count, err_code_name(outcome.code));
    return OK;
}

err task_run_next(struct scope *scope, const struct task_worker_identity *worker,
                  struct task_run_observer *observer, struct task_run *run, bool *goes_on)
{
    struct claim_task_result claimed;
    const struct claim_task cmd = {worker->name, worker->lease_seconds, worker->is_delivery};
    *goes_on = false;
    TRY(claim_task_send(scope, &cmd, &claimed));
    *goes_on = claimed.is_claimed || claimed.is_given_up;
    if (!claimed.is_claimed)
        return OK;
    struct principal principal = principal_system(claimed.task.organization_key);
    struct scope inner = *scope;
    struct task_result result = {0};
    inner.principal = &principal;
    *run = (struct task_run){.scope = &inner, .task = claimed.task};
    const struct task_kind *kind = task_kind_find(&scope->services->task_kinds, claimed.task.kind);
    observer->began(observer, run);
    err outcome = run_kind(kind, run, &result); /* claimed: it is one of those */
    observer->ended(observer, run);
    return result.is_settled && !failed(outcome) ? OK : settle(scope, run, &result, outcome);
}

err task_run_beat(struct scope *scope, const struct task_worker_identity *worker,
                  struct task_run *run)
{
    struct beat_task_result heard;
    const struct beat_task cmd = {
        .task_key = run->task.key,
        .fence = run->task.fence,
        .lease_seconds = worker->lease_seconds,
        .progress_done = __atomic_load_n(&run->progress_done, __ATOMIC_RELAXED),
        .progress_total = __atomic_load_n(&run->progress_total, __ATOMIC_RELAXED),
        .progress_unit = str_of(__atomic_load_n(&run->progress_unit, __ATOMIC_RELAXED)),
        .stage = str_of(__atomic_load_n(&run->stage, __ATOMIC_RELAXED))};
    err e = beat_task_send(scope, &cmd, &heard);
    if (e.code == ERR_PRECONDITION_FAILED || e.code == ERR_NOT_FOUND) {
        __atomic_store_n(&run->is_lost, true, __ATOMIC_RELAXED);
        return OK;
    }
    TRY(e);
    if (heard.is_cancel_requested)
        __atomic_store_n(&run->is_cancelled, true, __ATOMIC_RELAXED);
    return OK;
}
