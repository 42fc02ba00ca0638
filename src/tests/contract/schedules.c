/* Schedules: read, listed by name, found when they are due, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct schedule schedule_of(struct contract_db *c, const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct schedule){.id = uuid_make(&c->clock.base),
                             .organization_key = c->organization_key,
                             .created_at = now,
                             .updated_at = now,
                             .name = str_of(name),
                             .kind = STR("clean_up"),
                             .expression = STR("0 3 * * *"),
                             .time_zone = STR("Europe/Berlin"),
                             .is_enabled = true};
}

static struct schedule add_schedule(struct contract_db *c, struct schedule schedule)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(schedule_writer_add(s->uow.schedules, &schedule));
    CHECK(schedule.key != 0 && schedule.version == 1);
    contract_commit(s);
    return schedule;
}

static err try_to_add(struct contract_db *c, struct schedule schedule)
{
    struct db_session *s = contract_begin(c);
    err e = schedule_writer_add(s->uow.schedules, &schedule);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

CONTRACT(a_schedule_is_read_as_it_was_written)
{
    struct schedule schedule = schedule_of(c, "nächtlich"), got;
    instant now = clock_now(&c->clock.base);
    schedule.missed = MISSED_SKIP;
    schedule.is_shipped = true;
    schedule.next_run_at = instant_add(now, SECONDS(60));
    schedule.last_run_at = now;
    schedule.last_task_id = uuid_make(&c->clock.base);
    schedule.last_note = STR("left out");
    schedule = add_schedule(c, schedule);
    struct db_session *s = contract_begin(c);
    CHECK_OK(schedule_reader_get(s->readers.schedules, &c->arena, c->organization_key, schedule.id,
                                 &got));
    struct buf one = BUF_IN(&c->arena), other = BUF_IN(&c->arena);
    json_write(&one, &schedule_schema, &schedule, JSON_INTERNAL);
    json_write(&other, &schedule_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&other));
    CHECK_ERR(NOT_FOUND, schedule_reader_get(s->readers.schedules, &c->arena, c->other_key,
                                             schedule.id, &got));
    db_session_end(s);
    CHECK_ERR(CONFLICT, try_to_add(c, schedule_of(c, "nächtlich")));
    struct schedule of_other = schedule_of(c, "nächtlich");
    of_other.organization_key = c->other_key;
    CHECK_OK(try_to_add(c, of_other));
}

CONTRACT(schedules_are_listed_by_name)
{
    struct schedule_slice all;
    add_schedule(c, schedule_of(c, "b"));
    add_schedule(c, schedule_of(c, "a"));
    struct schedule of_other = schedule_of(c, "c");
    of_other.organization_key = c->other_key;
    add_schedule(c, of_other);
    struct db_session *s = contract_begin(c);
    CHECK_OK(schedule_reader_find(s->readers.schedules, &c->arena, c->organization_key, &all));
    CHECK_INT(2, all.len);
    CHECK_STR(STR("a"), all.at[0].name);
    CHECK_STR(STR("b"), all.at[1].name);
    db_session_end(s);
}

CONTRACT(schedules_are_due_when_their_time_has_come)
{
    instant now = clock_now(&c->clock.base);
    struct schedule late = schedule_of(c, "late"), early = schedule_of(c, "early"), got;
    struct schedule_slice due;
    late.next_run_at = instant_add(now, -SECONDS(1));
    early.next_run_at = instant_add(now, -SECONDS(5));
    early.organization_key = c->other_key;
    late = add_schedule(c, late);
    early = add_schedule(c, early);
    add_schedule(c, schedule_of(c, "never"));
    got = schedule_of(c, "later");
    got.next_run_at = instant_add(now, SECONDS(1));
    add_schedule(c, got);
    struct db_session *s = contract_begin(c);
    CHECK_OK(schedule_reader_find_due(s->readers.schedules, &c->arena, now, 10, &due));
    CHECK_INT(2, due.len);
    CHECK(uuid_eq(early.id, due.at[0].id) && uuid_eq(late.id, due.at[1].id));
    CHECK_OK(schedule_reader_find_due(s->readers.schedules, &c->arena, now, 1, &due));
    CHECK_INT(1, due.len);
    db_session_end(s);
    s = contract_begin(c);
    late.next_run_at = (instant){0};
    CHECK_OK(schedule_writer_save(s->uow.schedules, &late));
    CHECK_OK(schedule_writer_remove(s->uow.schedules, early.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(schedule_reader_find_due(s->readers.schedules, &c->arena, now, 10, &due));
    CHECK_INT(0, due.len);
    CHECK_ERR(NOT_FOUND,
              schedule_reader_get(s->readers.schedules, &c->arena, c->other_key, early.id, &got));
    db_session_end(s);
}

CONTRACT(of_two_who_change_a_schedule_one_is_first)
{
    struct schedule one = add_schedule(c, schedule_of(c, "a")), other = one;
    struct db_session *s = contract_begin(c);
    CHECK_OK(schedule_writer_save(s->uow.schedules, &one));
    contract_commit(s);
    s = contract_begin(c);
    err e = schedule_writer_save(s->uow.schedules, &other);
    CHECK_ERR(PRECONDITION_FAILED, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
}
