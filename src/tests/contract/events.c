/* Outbox, positions and arrivals. */
#include "tests/contract/contract.h"

#include "application/events/instance_stored.h"

static const struct event_type other_event = {.name = "something_else"};

static void add_events(struct contract_db *c, int count)
{
    struct db_session *s = contract_begin(c);
    for (int i = 0; i < count; i++)
        CHECK_OK(s->uow.outbox->ops->add(
            s->uow.outbox, i % 2 == 0 ? &instance_stored_event : &other_event,
            i % 3 == 0 ? c->organization_key : c->other_key, uuid_make(&c->clock.base),
            str_format(&c->arena, "{\"n\":%d}", i)));
    contract_commit(s);
}

static struct outbox_event_slice find_events(struct contract_db *c, int64_t after, uint32_t limit)
{
    struct outbox_event_slice out;
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_reader_find(s->readers.events, &c->arena, after, limit, &out));
    db_session_end(s);
    return out;
}

CONTRACT(events_are_read_in_the_order_they_were_told)
{
    add_events(c, 5);
    struct outbox_event_slice all = find_events(c, 0, 100), rest;
    CHECK_INT(5, all.len);
    for (size_t i = 0; i < all.len; i++) {
        CHECK_STR(str_format(&c->arena, "{\"n\":%zu}", i), all.at[i].payload);
        CHECK(i == 0 || all.at[i].key > all.at[i - 1].key);
        CHECK_INT(i % 3 == 0 ? c->organization_key : c->other_key, all.at[i].organization_key);
        CHECK_STR(str_of(i % 2 == 0 ? "instance_stored" : "something_else"), all.at[i].type);
        CHECK_INT(clock_now(&c->clock.base).us, all.at[i].created_at.us);
        CHECK(!uuid_eq((uuid){0}, all.at[i].aggregate));
    }
    rest = find_events(c, all.at[1].key, 2);
    CHECK_INT(2, rest.len);
    CHECK_INT(all.at[2].key, rest.at[0].key);
    int64_t last;
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_reader_last_key(s->readers.events, &last));
    CHECK_INT(all.at[4].key, last);
    db_session_end(s);
}

CONTRACT(a_position_moves_only_from_where_it_is)
{
    int64_t at = 7;
    struct db_session *s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, event_reader_get_position(s->readers.events, STR("arrivals"), &at));
    CHECK_ERR(PRECONDITION_FAILED,
              event_writer_move_position(s->uow.events, STR("arrivals"), 0, 3));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(event_writer_begin_position(s->uow.events, STR("arrivals"), 2));
    CHECK_OK(event_writer_move_position(s->uow.events, STR("arrivals"), 2, 9));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(event_reader_get_position(s->readers.events, STR("arrivals"), &at));
    CHECK_INT(9, at);
    CHECK_ERR(PRECONDITION_FAILED,
              event_writer_move_position(s->uow.events, STR("arrivals"), 2, 10));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_ERR(CONFLICT, event_writer_begin_position(s->uow.events, STR("arrivals"), 0));
    db_session_end(s);
}

static int64_t purge(struct contract_db *c, int64_t up_to, int64_t before_seconds, bool brief,
                     uint32_t limit)
{
    static const char *const names[] = {"instance_stored", NULL};
    int64_t count;
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_writer_purge(
        s->uow.events,
        &(struct event_purge){.up_to_key = up_to,
                              .made_before =
                                  instant_add(clock_now(&c->clock.base), -SECONDS(before_seconds)),
                              .brief_types = brief ? names : names + 1,
                              .limit = limit},
        &count));
    contract_commit(s);
    return count;
}

CONTRACT(what_has_been_heard_goes_when_it_is_old_or_brief)
{
    add_events(c, 10);
    struct outbox_event_slice all = find_events(c, 0, 100);
    CHECK_INT(0, purge(c, all.at[9].key, 60, false, 100)); /* nothing is old */
    CHECK_INT(2, purge(c, all.at[3].key, 60, true, 100));  /* of four two are brief */
    CHECK_INT(1, purge(c, all.at[9].key, 60, true, 1));
    c->clock.time = instant_add(c->clock.time, SECONDS(61));
    CHECK_INT(4, purge(c, all.at[6].key, 60, false, 100));
    CHECK_INT(3, find_events(c, 0, 100).len);
    CHECK_INT(3, purge(c, all.at[9].key, 60, false, 100));
}

CONTRACT(no_key_comes_twice_though_all_events_went)
{
    add_events(c, 3);
    int64_t last = find_events(c, 0, 100).at[2].key;
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_writer_begin_position(s->uow.events, STR("arrivals"), last));
    contract_commit(s);
    c->clock.time = instant_add(c->clock.time, SECONDS(1));
    CHECK_INT(3, purge(c, last, 0, false, 100));
    add_events(c, 1);
    CHECK(find_events(c, 0, 100).at[0].key > last);
}

static void arrive(struct contract_db *c, uuid study, int64_t seconds)
{
    instant at = instant_add(clock_now(&c->clock.base), SECONDS(seconds));
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_writer_note_arrival(
        s->uow.events, &(struct study_arrival){.organization_key = c->organization_key,
                                               .study_id = study,
                                               .first_at = at,
                                               .last_at = at,
                                               .instance_count = 1}));
    contract_commit(s);
}

static struct study_arrival_slice take(struct contract_db *c, int64_t seconds, uint32_t limit)
{
    struct study_arrival_slice out;
    struct db_session *s = contract_begin(c);
    CHECK_OK(event_writer_take_arrivals(s->uow.events, &c->arena,
                                        instant_add(clock_now(&c->clock.base), SECONDS(seconds)),
                                        limit, &out));
    contract_commit(s);
    return out;
}

CONTRACT(arrivals_are_counted_and_taken_once_they_are_quiet)
{
    uuid one = uuid_make(&c->clock.base), two = uuid_make(&c->clock.base);
    arrive(c, one, 0);
    arrive(c, two, 5);
    arrive(c, one, 10);
    arrive(c, one, 8); /* told late */
    CHECK_INT(0, take(c, 4, 10).len);
    struct study_arrival_slice quiet = take(c, 5, 10);
    CHECK_INT(1, quiet.len);
    CHECK(uuid_eq(two, quiet.at[0].study_id));
    CHECK_INT(0, take(c, 9, 10).len);
    quiet = take(c, 10, 10);
    CHECK_INT(1, quiet.len);
    CHECK_INT(3, quiet.at[0].instance_count);
    CHECK_INT(c->organization_key, quiet.at[0].organization_key);
    CHECK_INT(SECONDS(10), quiet.at[0].last_at.us - quiet.at[0].first_at.us);
    CHECK_INT(0, take(c, 100, 10).len);
    arrive(c, two, 1);
    arrive(c, one, 0);
    CHECK(uuid_eq(one, take(c, 5, 1).at[0].study_id));
    CHECK(uuid_eq(two, take(c, 5, 1).at[0].study_id));
}
