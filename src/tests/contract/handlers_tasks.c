/* Queuing, doing and settling tasks, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/images/rebuild_study/command.h"
#include "application/commands/tasks/cancel_task/command.h"
#include "application/commands/tasks/retry_task/command.h"
#include "application/events/task_failed.h"
#include "application/queries/tasks/get_task/query.h"
#include "application/queries/tasks/list_tasks/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"

struct probe_parameters {
    str name;
};
DECLARE_SCHEMA(probe_parameters);
SCHEMA(probe_parameters, FIELD(probe_parameters, name));

static struct {
    err outcome;
    int run_count;
    bool checks;
    bool beats;
    struct world *world;
    str seen;
} probe;

static const struct task_worker_identity me = {{"host:1", 6}, 60, false},
                                         other = {{"host:2", 6}, 60, false};

static err probe_run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct probe_parameters *p = parameters;
    probe.run_count++;
    probe.seen = str_copy(&probe.world->arena, p->name);
    task_run_progress(run, 3, 9, "steps");
    task_run_stage(run, "probing");
    if (probe.beats) {
        struct principal system = principal_system(0);
        struct scope scope = world_scope(probe.world, &system);
        CHECK_OK(task_run_beat(&scope, &me, run));
    }
    if (probe.checks)
        TRY(task_run_check(run));
    out->words = STR("probed");
    return probe.outcome;
}

static const struct task_kind probe_kind = {.name = "probe",
                                            .parameters = &probe_parameters_schema,
                                            .count_max = 2,
                                            .attempt_count_max = 3,
                                            .run = probe_run};
static const struct task_kind *const probe_kinds[] = {&probe_kind};

static void use_probe(struct world *w)
{
    memset(&probe, 0, sizeof probe);
    probe.world = w;
    w->services.task_kinds = (struct task_kinds){probe_kinds, 1};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
}

/* In a command of its own. */
static err queue_as(struct world *w, enum role role, struct task_order order, struct task *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct db_session *s = world_begin(w);
    const struct probe_parameters parameters = {STR("Zoë")};
    struct command_ctx ctx = {.scope = &scope,
                              .arena = &w->arena,
                              .principal = &principal,
                              .clock = &w->clock.base,
                              .services = &w->services,
                              .readers = &s->readers,
                              .uow = &s->uow};
    order.kind = "probe";
    order.parameters = &parameters;
    err e = task_queue(&ctx, &order, out);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

static struct task queue(struct world *w, struct task_order order)
{
    struct task out;
    CHECK_OK(queue_as(w, ROLE_TECHNOLOGIST, order, &out));
    return out;
}

static void nothing(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

static bool work_as(struct world *w, const struct task_worker_identity *worker)
{
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task_run_observer observer = {nothing, nothing};
    struct task_run run = {0};
    bool goes_on;
    CHECK_OK(task_run_next(&scope, worker, &observer, &run, &goes_on));
    return goes_on;
}

static bool work(struct world *w)
{
    return work_as(w, &me);
}

static err get_as(struct world *w, enum role role, uuid id, struct task_view *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct get_task_result result;
    err e = get_task_send(&scope, &(struct get_task){id}, &result);
    if (!failed(e))
        *out = result.task;
    return e;
}

static struct task get(struct world *w, const struct task *task)
{
    struct task_view view;
    CHECK_OK(get_as(w, ROLE_TECHNOLOGIST, task->id, &view));
    return view.task;
}

static err cancel(struct world *w, const struct task *task)
{
    struct principal principal = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &principal);
    struct cancel_task_result result;
    return cancel_task_send(&scope, &(struct cancel_task){task->id}, &result);
}

static err retry(struct world *w, const struct task *task)
{
    struct principal principal = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &principal);
    struct retry_task_result result;
    return retry_task_send(&scope, &(struct retry_task){task->id}, &result);
}

WORLD(a_task_is_done_once)
{
    use_probe(w);
    CHECK(!work(w));
    struct task task = queue(w, (struct task_order){.subject_kind = STR("study")});
    CHECK(work(w));
    CHECK(!work(w));
    CHECK_INT(1, probe.run_count);
    CHECK_STR(STR("Zoë"), probe.seen);
    task = get(w, &task);
    CHECK(task.state == TASK_SUCCEEDED && task.progress_done == 3 && task.progress_total == 9);
    CHECK_STR(STR("probed"), task.outcome);
    CHECK_STR(STR("steps"), task.progress_unit);
    CHECK(task.last_error.ptr == NULL && task.finished_at.us != 0);
    CHECK_ERR(CONFLICT, cancel(w, &task));
    CHECK_ERR(CONFLICT, retry(w, &task));
}

WORLD(what_fails_for_a_while_is_tried_again_and_then_given_up)
{
    use_probe(w);
    probe.outcome = ERR(UNAVAILABLE, "the peer is away");
    struct task task = queue(w, (struct task_order){0});
    for (int i = 1; i <= 3; i++) {
        CHECK(work(w));
        CHECK(!work(w)); /* not at once */
        CHECK_INT(i, probe.run_count);
        CHECK_STR(STR("the peer is away"), get(w, &task).last_error);
        world_wait(w, TASK_PAUSE_SECONDS_MIN * 8);
    }
    CHECK(get(w, &task).state == TASK_FAILED);
    CHECK(!work(w));
    probe.outcome = OK;
    CHECK_OK(retry(w, &task));
    CHECK(work(w));
    CHECK(get(w, &task).state == TASK_SUCCEEDED);
}

WORLD(what_never_succeeds_is_not_tried_again)
{
    use_probe(w);
    probe.outcome = ERR(INVALID, "there is nothing to do it with");
    struct task task = queue(w, (struct task_order){0});
    CHECK(work(w));
    CHECK(get(w, &task).state == TASK_FAILED);
    struct db_session *s = world_begin(w);
    struct outbox_event_slice events;
    size_t told = 0;
    CHECK_OK(event_reader_find(s->readers.events, &w->arena, 0, 100, &events));
    for (size_t i = 0; i < events.len; i++)
        told += str_eq(events.at[i].type, str_of(task_failed_event.name));
    db_session_end(s);
    CHECK_INT(1, told);
}

WORLD(whoever_lost_its_lease_changes_nothing)
{
    use_probe(w);
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task task = queue(w, (struct task_order){0});
    struct db_session *s = world_begin(w); /* claimed by somebody who froze then */
    struct task_claim claim = {.now = clock_now(&w->clock.base),
                               .worker = STR("frozen"),
                               .lease_seconds = 60,
                               .limits = {{STR("probe"), 2}},
                               .limit_count = 1};
    struct task claimed;
    CHECK_OK(task_writer_claim(s->uow.tasks, &w->arena, &claim, &claimed));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    struct task_run frozen = {.scope = &scope, .task = claimed};
    CHECK(!work(w));
    world_wait(w, 61);
    CHECK(work_as(w, &other));
    CHECK_INT(1, probe.run_count);
    CHECK_OK(task_run_beat(&scope, &me, &frozen));
    CHECK(frozen.is_lost);
    CHECK_ERR(GONE, task_run_check(&frozen));
    task = get(w, &task);
    CHECK(task.state == TASK_SUCCEEDED && task.attempt_count == 2);
    CHECK_STR(STR("host:2"), task.worker);
}

WORLD(a_task_whose_workers_never_come_back_is_given_up)
{
    use_probe(w);
    struct task task = queue(w, (struct task_order){0}), claimed;
    for (int i = 0; i < 3; i++) {
        struct db_session *s = world_begin(w);
        struct task_claim claim = {.now = clock_now(&w->clock.base),
                                   .worker = STR("dying"),
                                   .lease_seconds = 60,
                                   .limits = {{STR("probe"), 2}},
                                   .limit_count = 1};
        CHECK_OK(task_writer_claim(s->uow.tasks, &w->arena, &claim, &claimed));
        CHECK_OK(db_session_commit(s));
        db_session_end(s);
        world_wait(w, 61);
    }
    CHECK(work(w));
    CHECK_INT(0, probe.run_count);
    CHECK(get(w, &task).state == TASK_FAILED);
    CHECK_STR(STR("its workers did not come back"), get(w, &task).last_error);
}

WORLD(a_task_is_cancelled_before_or_while_it_runs)
{
    use_probe(w);
    probe.checks = probe.beats = true;
    struct task first = queue(w, (struct task_order){0}), second = queue(w, (struct task_order){0});
    CHECK_OK(cancel(w, &first));
    CHECK(get(w, &first).state == TASK_CANCELLED);
    struct db_session *s = world_begin(w); /* as if it had been asked for while it ran */
    struct task task;
    CHECK_OK(task_writer_locate(s->uow.tasks, &w->arena, second.key, &task));
    task.is_cancel_requested = true;
    CHECK_OK(task_writer_save(s->uow.tasks, &task));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    CHECK(work(w));
    CHECK_INT(1, probe.run_count);
    CHECK(get(w, &second).state == TASK_CANCELLED);
    CHECK_OK(retry(w, &second));
    CHECK(work(w));
    CHECK(get(w, &second).state == TASK_SUCCEEDED);
}

WORLD(tasks_wait_for_others)
{
    use_probe(w);
    struct task first = queue(w, (struct task_order){0}),
                second = queue(w, (struct task_order){.depends_on = first.id, .priority = 9}),
                third = queue(w, (struct task_order){.depends_on = second.id});
    CHECK(get(w, &second).state == TASK_WAITING);
    CHECK(work(w));
    CHECK(get(w, &first).state == TASK_SUCCEEDED && get(w, &second).state == TASK_QUEUED);
    probe.outcome = ERR(INVALID, "no");
    CHECK(work(w));
    CHECK(get(w, &second).state == TASK_FAILED && get(w, &third).state == TASK_CANCELLED);
    CHECK(!work(w));
    struct task none;
    CHECK_ERR(CONFLICT,
              queue_as(w, ROLE_TECHNOLOGIST, (struct task_order){.depends_on = second.id}, &none));
    struct task after = queue(w, (struct task_order){.depends_on = first.id});
    CHECK(after.state == TASK_QUEUED);
}

WORLD(one_task_of_each_idempotency_key)
{
    use_probe(w);
    struct task one = queue(w, (struct task_order){.idempotency_key = STR("k")}),
                again = queue(w, (struct task_order){.idempotency_key = STR("k")});
    CHECK(uuid_eq(one.id, again.id));
    CHECK(work(w));
    CHECK(!work(w));
    CHECK_INT(1, probe.run_count);
}

WORLD(people_see_their_own_tasks_and_administrators_all)
{
    use_probe(w);
    struct task task = queue(w, (struct task_order){0});
    struct task_view view;
    CHECK_OK(get_as(w, ROLE_ADMINISTRATOR, task.id, &view));
    CHECK_ERR(NOT_FOUND, get_as(w, ROLE_RADIOLOGIST, task.id, &view));
    for (int i = 0; i < 2; i++) {
        struct principal principal =
            world_principal(w, i == 0 ? ROLE_RADIOLOGIST : ROLE_ADMINISTRATOR);
        struct scope scope = world_scope(w, &principal);
        struct list_tasks_result list;
        CHECK_OK(list_tasks_send(&scope, &(struct list_tasks){0}, &list));
        CHECK_INT(i, list.items.len);
    }
}

WORLD(whatever_fails_a_task_is_settled_or_comes_again)
{
    use_probe(w);
    struct task task = queue(w, (struct task_order){0});
    for (uint64_t at = 1; get(w, &task).state != TASK_SUCCEEDED; at++) {
        struct principal system = principal_system(0);
        struct scope scope = world_scope(w, &system);
        struct task_run_observer observer = {nothing, nothing};
        struct task_run run = {0};
        bool goes_on;
        w->fault = (struct fault){.fail_at = at, .code = ERR_UNAVAILABLE};
        err e = task_run_next(&scope, &me, &observer, &run, &goes_on);
        w->fault = (struct fault){0};
        CHECK(failed(e) || get(w, &task).state == TASK_SUCCEEDED);
        CHECK(at < 30);
        world_wait(w, 61);
        struct db_session *s = world_begin(w); /* its attempts are not what is counted here */
        CHECK_OK(task_writer_locate(s->uow.tasks, &w->arena, task.key, &task));
        task.attempt_count = 0;
        CHECK_OK(task_writer_save(s->uow.tasks, &task));
        CHECK_OK(db_session_commit(s));
        db_session_end(s);
    }
}

WORLD(a_study_is_read_again_from_its_bytes)
{
    struct ingest_result image;
    use_probe(w);
    w->services.task_kinds = task_kinds;
    for (uint32_t i = 1; i <= 3; i++)
        CHECK_OK(ingest(w, sample_file(w, 1, i), STR_NONE, &image));
    struct db_session *s = world_begin(w); /* what was derived is wrong */
    struct image_row row;
    CHECK_OK(image_writer_locate_id(s->uow.images, &w->arena, w->organization.key, LEVEL_STUDY,
                                    image.study_id, &row));
    str description = row.study.study_description, name = row.study.patient_name;
    row.study.study_description = row.study.patient_name = STR("wrong");
    CHECK_OK(image_writer_save_study(s->uow.images, &row.study));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    struct principal principal = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &principal);
    struct rebuild_study_result queued;
    CHECK_OK(rebuild_study_send(&scope, &(struct rebuild_study){image.study_id}, &queued));
    CHECK(work(w));
    struct task task = get(w, &queued.task.task);
    CHECK_STR(STR_NONE, task.last_error);
    CHECK(task.state == TASK_SUCCEEDED && task.progress_done == 3 && task.progress_total == 3);
    s = world_begin(w);
    struct study study;
    CHECK_OK(image_reader_get_study(s->readers.images, &w->arena,
                                    ACCESS_TO_ALL(w->organization.key), image.study_id, &study));
    db_session_end(s);
    CHECK_STR(description, study.study_description);
    CHECK_STR(name, study.patient_name);
    CHECK_INT(3, study.instance_count);
}
