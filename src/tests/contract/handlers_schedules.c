/* Schedules made, changed, and come due, over a world in memory whose clock is moved. */
#include "tests/contract/handlers.h"

#include "application/commands/schedules/create_schedule/command.h"
#include "application/commands/schedules/delete_schedule/command.h"
#include "application/commands/schedules/run_due_schedules/command.h"
#include "application/commands/schedules/run_schedule/command.h"
#include "application/commands/schedules/ship_schedules/command.h"
#include "application/commands/schedules/update_schedule/command.h"
#include "application/queries/schedules/get_schedule/query.h"
#include "application/queries/schedules/list_schedules/query.h"
#include "application/queries/tasks/list_tasks/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"
#include "infrastructure/object_bytes.h"
#include "infrastructure/time_zones_glib.h"

static struct time_zones_glib zones;

/* The world's clock stands at Sunday, 2025-06-15, 15:06:40 UTC. */
static void use_zones(struct world *w)
{
    time_zones_glib_open(&zones);
    w->services.time_zones = &zones.base;
    w->services.task_kinds = task_kinds;
    w->services.objects = &object_checker_by_reading;
}

static err create(struct world *w, enum role role, struct create_schedule cmd, struct schedule *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct create_schedule_result result = {0};
    err e = create_schedule_send(&scope, &cmd, &result);
    *out = result.schedule;
    return e;
}

static struct schedule made(struct world *w, const char *name, const char *expression)
{
    struct schedule out;
    CHECK_OK(create(w, ROLE_ADMINISTRATOR,
                    (struct create_schedule){.name = str_of(name),
                                             .kind = STR("clean_up"),
                                             .expression = str_of(expression)},
                    &out));
    return out;
}

static err update(struct world *w, struct update_schedule cmd, struct schedule *out)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct update_schedule_result result = {0};
    err e = update_schedule_send(&scope, &cmd, &result);
    *out = result.schedule;
    return e;
}

static struct schedule get(struct world *w, uuid id)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct get_schedule_result result = {0};
    CHECK_OK(get_schedule_send(&scope, &(struct get_schedule){id}, &result));
    return result.schedule;
}

static err run_due(struct world *w, int64_t *count)
{
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct run_due_schedules_result result = {0};
    err e = run_due_schedules_send(&scope, &(struct run_due_schedules){0}, &result);
    *count = result.due_count;
    return e;
}

static int64_t due(struct world *w)
{
    int64_t count;
    CHECK_OK(run_due(w, &count));
    return count;
}

/* Tasks that a schedule queued. */
static int64_t task_count(struct world *w, uuid schedule)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct list_tasks_result result = {0};
    CHECK_OK(list_tasks_send(&scope, &(struct list_tasks){.subject_id = schedule}, &result));
    return result.page.total;
}

static void nothing(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

static void work(struct world *w)
{
    struct principal system = principal_system(0);
    bool goes_on = true;
    while (goes_on) {
        struct scope scope = world_scope(w, &system);
        struct task_run_observer observer = {nothing, nothing};
        struct task_run run = {0};
        const struct task_worker_identity me = {STR("host:1"), 60, false};
        CHECK_OK(task_run_next(&scope, &me, &observer, &run, &goes_on));
    }
}

WORLD(a_schedule_comes_when_its_time_has_come)
{
    use_zones(w);
    struct schedule s = made(w, "daily", "30 15 * * *");
    CHECK_STR(STR("2025-06-15T15:30:00.000000Z"), instant_text(&w->arena, s.next_run_at));
    CHECK_INT(0, due(w));
    world_wait(w, 1400);
    CHECK_INT(1, due(w));
    CHECK_INT(0, due(w));
    struct schedule after = get(w, s.id);
    CHECK_STR(STR("2025-06-16T15:30:00.000000Z"), instant_text(&w->arena, after.next_run_at));
    CHECK_INT(s.next_run_at.us, after.last_run_at.us);
    CHECK(uuid_is_set(after.last_task_id));
    CHECK_INT(1, task_count(w, s.id));
    world_wait(w, 24 * 3600);
    CHECK_INT(1, due(w)); /* the task before waits still */
    CHECK_INT(1, task_count(w, s.id));
    CHECK_STR(STR("its task before has not ended"), get(w, s.id).last_note);
    work(w);
    world_wait(w, 24 * 3600);
    CHECK_INT(1, due(w));
    CHECK_INT(2, task_count(w, s.id));
    CHECK(get(w, s.id).last_note.len == 0);
    time_zones_glib_close(&zones);
}

WORLD(runs_that_were_missed)
{
    use_zones(w);
    struct schedule skipped, once = made(w, "once", "0 * * * *");
    CHECK_OK(create(w, ROLE_ADMINISTRATOR,
                    (struct create_schedule){.name = STR("skipped"),
                                             .kind = STR("clean_up"),
                                             .expression = STR("0 * * * *"),
                                             .missed = STR("skip")},
                    &skipped));
    world_wait(w, 9 * 3600); /* 00:06:40: six minutes after the hour */
    CHECK_INT(2, due(w));
    CHECK_INT(1, task_count(w, once.id));
    CHECK_INT(0, task_count(w, skipped.id));
    CHECK(get(w, skipped.id).last_note.len != 0);
    CHECK_STR(STR("2025-06-16T01:00:00.000000Z"),
              instant_text(&w->arena, get(w, once.id).next_run_at));
    work(w);
    world_wait(w, 3600 - 400 + 30); /* half a minute late is not missed */
    CHECK_INT(2, due(w));
    CHECK_INT(1, task_count(w, skipped.id));
    time_zones_glib_close(&zones);
}

WORLD(an_interval_keeps_its_step)
{
    use_zones(w);
    struct schedule s = made(w, "often", "every 10m");
    CHECK_INT(600, (s.next_run_at.us - clock_now(&w->clock.base).us) / SECONDS(1));
    world_wait(w, 607);
    CHECK_INT(1, due(w));
    CHECK_INT(600 * 2 - 607,
              (get(w, s.id).next_run_at.us - clock_now(&w->clock.base).us) / SECONDS(1));
    work(w);
    world_wait(w, 3000); /* more than one was missed: it goes on in step */
    CHECK_INT(1, due(w));
    CHECK_INT(0, (get(w, s.id).next_run_at.us - s.next_run_at.us) % SECONDS(600));
    CHECK(get(w, s.id).next_run_at.us > clock_now(&w->clock.base).us);
    time_zones_glib_close(&zones);
}

WORLD(a_schedule_is_changed_switched_off_and_removed)
{
    use_zones(w);
    struct schedule s = made(w, "daily", "30 15 * * *"), out;
    CHECK_OK(update(w, (struct update_schedule){.id = s.id, .time_zone = STR("Asia/Tokyo")}, &out));
    CHECK_STR(STR("2025-06-16T06:30:00.000000Z"), instant_text(&w->arena, out.next_run_at));
    CHECK_ERR(PRECONDITION_FAILED,
              update(w, (struct update_schedule){.id = s.id, .if_match = 1}, &out));
    CHECK_OK(update(w, (struct update_schedule){.id = s.id, .is_enabled = {true, false}}, &out));
    CHECK_INT(0, out.next_run_at.us);
    world_wait(w, 48 * 3600);
    CHECK_INT(0, due(w));
    CHECK_ERR(INVALID,
              update(w, (struct update_schedule){.id = s.id, .time_zone = STR("Nowhere")}, &out));
    CHECK_ERR(
        INVALID,
        update(w, (struct update_schedule){.id = s.id, .expression = STR("61 * * * *")}, &out));
    CHECK_OK(update(w, (struct update_schedule){.id = s.id, .is_enabled = {true, true}}, &out));
    CHECK_ERR(
        INVALID,
        update(w, (struct update_schedule){.id = s.id, .expression = STR("0 0 31 2 *")}, &out));
    made(w, "other", "@daily");
    CHECK_ERR(CONFLICT,
              update(w, (struct update_schedule){.id = s.id, .name = STR("other")}, &out));
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct delete_schedule_result deleted;
    CHECK_OK(delete_schedule_send(&scope, &(struct delete_schedule){s.id}, &deleted));
    CHECK_ERR(NOT_FOUND, delete_schedule_send(&scope, &(struct delete_schedule){s.id}, &deleted));
    time_zones_glib_close(&zones);
}

WORLD(what_no_schedule_can_be_made_of)
{
    struct schedule out;
    use_zones(w);
    const struct create_schedule good = {
        .name = STR("a"), .kind = STR("clean_up"), .expression = STR("@daily")};
    struct create_schedule wrong = good;
    CHECK_ERR(FORBIDDEN, create(w, ROLE_RADIOLOGIST, good, &out));
    wrong.kind = STR("rebuild_study"); /* needs a study */
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, wrong, &out));
    wrong = good;
    wrong.time_zone = STR("../UTC");
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, wrong, &out));
    wrong = good;
    wrong.missed = STR("whatever");
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, wrong, &out));
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, good, &out));
    CHECK_ERR(CONFLICT, create(w, ROLE_ADMINISTRATOR, good, &out));
    time_zones_glib_close(&zones);
}

WORLD(a_schedule_is_run_when_somebody_says_so)
{
    use_zones(w);
    struct schedule s = made(w, "daily", "30 15 * * *");
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &principal);
    struct run_schedule_result result = {0};
    CHECK_OK(run_schedule_send(&scope, &(struct run_schedule){s.id}, &result));
    CHECK(uuid_eq(w->users[ROLE_ADMINISTRATOR].id, result.task.task.created_by));
    CHECK_ERR(CONFLICT, run_schedule_send(&scope, &(struct run_schedule){s.id}, &result));
    work(w);
    CHECK_OK(run_schedule_send(&scope, &(struct run_schedule){s.id}, &result));
    work(w);
    CHECK_INT(2, task_count(w, s.id));
    CHECK_INT(s.next_run_at.us, get(w, s.id).next_run_at.us);
    time_zones_glib_close(&zones);
}

WORLD(what_comes_with_the_program_runs)
{
    use_zones(w);
    struct principal system = principal_system(0), admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &system), own = world_scope(w, &admin);
    struct ship_schedules_result shipped = {0};
    struct list_schedules_result all = {0};
    struct delete_schedule_result deleted;
    CHECK_OK(ship_schedules_send(&scope, &(struct ship_schedules){0}, &shipped));
    CHECK(shipped.added_count >= 3);
    CHECK_OK(list_schedules_send(&own, &(struct list_schedules){0}, &all));
    CHECK_INT(shipped.added_count, all.items.len);
    for (size_t i = 0; i < all.items.len; i++) {
        struct run_schedule_result run = {0};
        const struct schedule *s = &all.items.at[i];
        CHECK_ERR(CONFLICT, delete_schedule_send(&own, &(struct delete_schedule){s->id}, &deleted));
        CHECK_OK(run_schedule_send(&own, &(struct run_schedule){s->id}, &run));
        work(w);
        struct db_session *session = world_begin(w);
        struct task task;
        CHECK_OK(task_reader_get(session->readers.tasks, &w->arena, w->organization.key,
                                 run.task.task.id, &task));
        if (task.state != TASK_SUCCEEDED)
            fail_msg("%.*s: %.*s", STR_ARG(s->name), STR_ARG(task.last_error));
        db_session_end(session);
    }
    scope = world_scope(w, &system);
    CHECK_OK(ship_schedules_send(&scope, &(struct ship_schedules){0}, &shipped));
    CHECK_INT(0, shipped.added_count);
    time_zones_glib_close(&zones);
}

WORLD(whatever_fails_a_due_schedule_is_queued_once)
{
    use_zones(w);
    struct schedule s = made(w, "daily", "30 15 * * *");
    world_wait(w, 1400);
    bool has_failed = true;
    for (int at = 1; has_failed; at++) {
        int64_t count;
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        has_failed = failed(run_due(w, &count));
        w->fault = (struct fault){0};
        CHECK_INT(has_failed ? 0 : 1, task_count(w, s.id));
        CHECK(has_failed == (get(w, s.id).next_run_at.us == s.next_run_at.us));
    }
    time_zones_glib_close(&zones);
}
