/* Telling subscribers, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/events/announce_studies/command.h"
#include "application/commands/events/deliver_events/command.h"
#include "application/commands/events/purge_events/command.h"
#include "application/events/instance_stored.h"
#include "application/events/study_received.h"
#include "application/events/subscriptions.h"
#include "base/json.h"
#include "infrastructure/event_dispatcher.h"

static err deliver(struct world *w, int64_t limit, struct deliver_events_result *out)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    return deliver_events_send(
        &scope, &(struct deliver_events){.subscriber = STR("arrivals"), .limit = limit}, out);
}

/* To all the others, who have to have heard before an event goes. */
static void deliver_to_others(struct world *w)
{
    struct principal principal = principal_system(w->organization.key);
    struct deliver_events_result out;
    for (size_t i = 1; subscriber_name(i) != NULL; i++) {
        struct scope scope = world_scope(w, &principal);
        const struct deliver_events cmd = {.subscriber = str_of(subscriber_name(i)), .limit = 100};
        CHECK_OK(deliver_events_send(&scope, &cmd, &out));
    }
}

static int64_t announce(struct world *w, int64_t quiet_seconds)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct announce_studies_result result;
    CHECK_OK(announce_studies_send(
        &scope, &(struct announce_studies){.quiet_seconds = quiet_seconds}, &result));
    return result.study_count;
}

static struct outbox_event_slice events_of(struct world *w, const struct event_type *type)
{
    struct db_session *s = world_begin(w);
    struct outbox_event_slice all, out = {0};
    CHECK_OK(event_reader_find(s->readers.events, &w->arena, 0, 1000, &all));
    for (size_t i = 0; i < all.len; i++)
        if (str_eq(all.at[i].type, str_of(type->name)))
            *SLICE_PUSH(&w->arena, &out) = all.at[i];
    db_session_end(s);
    return out;
}

static struct study_received last_received(struct world *w)
{
    struct outbox_event_slice told = events_of(w, &study_received_event);
    struct study_received event = {0};
    struct issues issues = {.arena = &w->arena};
    CHECK(told.len != 0);
    CHECK_OK(json_read(&w->arena, told.at[told.len - 1].payload, &study_received_schema, &event,
                       &issues));
    CHECK_INT(w->organization.key, told.at[told.len - 1].organization_key);
    return event;
}

WORLD(a_study_is_told_of_once_nothing_more_comes)
{
    struct ingest_result image;
    struct deliver_events_result delivered;
    for (uint32_t i = 1; i <= 3; i++)
        CHECK_OK(ingest(w, sample_file(w, 1, i), STR_NONE, &image));
    CHECK_OK(deliver(w, 2, &delivered));
    CHECK_INT(2, delivered.delivered_count);
    CHECK(delivered.has_more);
    CHECK_OK(deliver(w, 100, &delivered));
    CHECK_INT(1, delivered.delivered_count);
    CHECK(!delivered.has_more);
    CHECK_INT(0, announce(w, 60));
    world_wait(w, 61);
    CHECK_INT(1, announce(w, 60));
    CHECK_INT(0, announce(w, 60));
    CHECK_INT(3, last_received(w).instance_count);
    CHECK(!last_received(w).is_more);
    CHECK_OK(ingest(w, sample_file(w, 1, 4), STR_NONE, &image));
    CHECK_OK(deliver(w, 100, &delivered));
    world_wait(w, 61);
    CHECK_INT(1, announce(w, 60));
    CHECK_INT(1, last_received(w).instance_count);
    CHECK(last_received(w).is_more);
}

WORLD(whatever_fails_an_event_has_its_effect_once)
{
    struct ingest_result image;
    struct deliver_events_result delivered;
    for (uint32_t i = 1; i <= 3; i++)
        CHECK_OK(ingest(w, sample_file(w, 1, i), STR_NONE, &image));
    bool untouched = false;
    for (int at = 1; !untouched; at++) {
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        err e = deliver(w, 100, &delivered);
        untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        if (failed(e))
            CHECK_INT(0, row_count(w, MEMORY_STUDY_ARRIVALS));
        else
            break;
    }
    CHECK_OK(deliver(w, 100, &delivered));
    CHECK_INT(0, delivered.delivered_count);
    world_wait(w, 61);
    CHECK_INT(1, announce(w, 60));
    CHECK_INT(3, last_received(w).instance_count);
}

WORLD(what_all_have_heard_goes)
{
    struct ingest_result image;
    struct deliver_events_result delivered;
    struct purge_events_result purged;
    struct principal principal = principal_system(w->organization.key);
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    struct scope scope = world_scope(w, &principal);
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(0, purged.event_count); /* nobody has heard it */
    CHECK_OK(deliver(w, 100, &delivered));
    world_wait(w, 61);
    CHECK_INT(1, announce(w, 60));
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(0, purged.event_count); /* not everybody */
    deliver_to_others(w);
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(1, purged.event_count);
    CHECK_INT(0, events_of(w, &instance_stored_event).len);
    CHECK_OK(deliver(w, 100, &delivered));
    deliver_to_others(w);
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(1, purged.event_count); /* that notifications were made of the study */
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(0, purged.event_count); /* not of the many: kept to be told again */
    world_wait(w, EVENT_KEPT_SECONDS + 1);
    CHECK_OK(purge_events_send(&scope, &(struct purge_events){0}, &purged));
    CHECK_INT(1, purged.event_count);
}

/* An event that the subscriber cannot read. */
static void tell_nonsense(struct world *w)
{
    struct db_session *s = world_begin(w);
    CHECK_OK(s->uow.outbox->ops->add(s->uow.outbox, &instance_stored_event, w->organization.key,
                                     (uuid){0}, STR("{\"study_id\":\"none\"}")));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

WORLD(an_event_that_cannot_be_taken_does_not_hold_up_the_others)
{
    struct event_dispatcher dispatcher = {0};
    struct ingest_result image;
    struct principal principal = principal_system(w->organization.key);
    bool goes_on = true;
    log_configure(LOG_ERROR + 1, LOG_TEXT, 2);
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    tell_nonsense(w);
    CHECK_OK(ingest(w, sample_file(w, 2, 1), STR_NONE, &image));
    for (int i = 0; i < 20; i++) {
        struct scope scope = world_scope(w, &principal);
        CHECK_OK(event_dispatcher_step(&dispatcher, &scope, 0, &goes_on));
        dispatcher.subscribers[0].not_before_ns = 0; /* pauses are not waited for here */
    }
    CHECK(!goes_on);
    CHECK_INT(2, row_count(w, MEMORY_STUDY_ARRIVALS));
}

WORLD(a_database_that_is_away_is_waited_for)
{
    struct event_dispatcher dispatcher = {0};
    struct ingest_result image;
    struct principal principal = principal_system(w->organization.key);
    bool goes_on;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    for (int i = 0; i < 10; i++) {
        struct scope scope = world_scope(w, &principal);
        w->fault = (struct fault){.fail_at = 3, .code = ERR_UNAVAILABLE};
        CHECK_ERR(UNAVAILABLE, event_dispatcher_step(&dispatcher, &scope, 0, &goes_on));
        CHECK(!goes_on);
        dispatcher.subscribers[0].not_before_ns = 0;
    }
    w->fault = (struct fault){0};
    struct scope scope = world_scope(w, &principal);
    CHECK_OK(event_dispatcher_step(&dispatcher, &scope, 0, &goes_on));
    CHECK_INT(1, row_count(w, MEMORY_STUDY_ARRIVALS));
}

WORLD(every_subscription_is_to_an_event_of_the_table_and_sends_a_command)
{
    (void)w;
    for (size_t i = 0; i < subscription_count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < event_type_count; k++)
            is_known |= event_types[k] == subscriptions[i].event;
        CHECK(is_known);
        CHECK(subscriptions[i].send->writes);
        CHECK(subscriptions[i].send->needs == RUN_SYSTEM);
    }
}
