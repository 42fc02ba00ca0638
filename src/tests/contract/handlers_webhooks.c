/* Webhooks over a world in memory, with a receiver that answers as the test says. */
#include "tests/contract/handlers.h"

#include "application/commands/events/deliver_events/command.h"
#include "application/commands/tasks/cancel_task/command.h"
#include "application/commands/webhooks/create_webhook/command.h"
#include "application/commands/webhooks/delete_webhook/command.h"
#include "application/commands/webhooks/queue_webhooks/command.h"
#include "application/commands/webhooks/rearm_webhooks/command.h"
#include "application/commands/webhooks/redeliver_webhook/command.h"
#include "application/commands/webhooks/rotate_webhook_secret/command.h"
#include "application/commands/webhooks/test_webhook/command.h"
#include "application/commands/webhooks/update_webhook/command.h"
#include "application/events/subscriptions.h"
#include "application/events/task_failed.h"
#include "application/events/webhook_events.h"
#include "application/queries/webhooks/list_webhook_deliveries/query.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/task_service.h"
#include "application/services/webhook_service.h"

#include <stdio.h>

enum { RECEIVED_COUNT_MAX = 200 };

struct fake_receiver {
    struct webhook_sender base;
    int64_t status; /* that it answers; 0: nothing */
    size_t count;
    char ids[RECEIVED_COUNT_MAX][40];
    size_t secret_counts[RECEIVED_COUNT_MAX];
};

static const char *complaint(struct webhook_sender *s, str url)
{
    (void)s;
    return str_starts(url, STR("https://")) ? NULL : "must begin with https://";
}

static void receive(struct webhook_sender *s, struct arena *a, const struct webhook_request *r,
                    struct webhook_response *out)
{
    struct fake_receiver *f = container_of(s, struct fake_receiver, base);
    (void)a;
    CHECK(f->count < RECEIVED_COUNT_MAX && r->secrets[0].len == WEBHOOK_SECRET_SIZE);
    f->secret_counts[f->count] = r->secret_count;
    snprintf(f->ids[f->count++], sizeof f->ids[0], "%.*s", STR_ARG(r->id));
    *out = (struct webhook_response){.status = f->status, .duration_ms = 5};
    if (f->status < 200 || f->status > 299)
        out->words = STR("it does not take it");
}

static const struct webhook_sender_ops ops = {.complaint = complaint, .send = receive};

static struct fake_receiver receiver;

static void use_receiver(struct world *w, int64_t status)
{
    receiver = (struct fake_receiver){.base = {&ops}, .status = status};
    w->services.webhooks = &receiver.base;
    w->services.webhook_retry_seconds = WEBHOOK_PAUSE_SECONDS_MIN;
    w->services.task_kinds = task_kinds;
}

#define AS_ADMINISTRATOR(scope_)                                                                   \
    struct principal scope_##_principal = world_principal(w, ROLE_ADMINISTRATOR);                  \
    struct scope scope_ = world_scope(w, &scope_##_principal)

static struct create_webhook_result make_webhook(struct world *w)
{
    struct create_webhook_result made;
    str event = STR("task.failed");
    AS_ADMINISTRATOR(scope);
    const struct create_webhook cmd = {.url = STR("https://receiver.example/hook"),
                                       .events = {&event, 1}};
    CHECK_OK(create_webhook_send(&scope, &cmd, &made));
    return made;
}

static void observe(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

/* What a thread of deliveries does until there is nothing for it. */
static void work(struct world *w)
{
    const struct task_worker_identity worker = {STR("host:1"), 60, true};
    struct task_run_observer observer = {observe, observe};
    struct principal principal = principal_system(0);
    bool goes_on = true;
    while (goes_on) {
        struct scope scope = world_scope(w, &principal);
        struct task_run run = {0};
        CHECK_OK(task_run_next(&scope, &worker, &observer, &run, &goes_on));
    }
}

static err deliver(struct world *w)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct deliver_events_result out;
    return deliver_events_send(
        &scope, &(struct deliver_events){.subscriber = STR("webhooks"), .limit = 100}, &out);
}

static void tell(struct world *w)
{
    struct db_session *s = world_begin(w);
    const struct task_failed event = {.task_id = w->users[0].id, .kind = STR("export")};
    CHECK_OK(mediator_publish(s->uow.outbox, &w->arena, &task_failed_event, w->organization.key,
                              (uuid){0}, &event));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

static struct webhook_delivery_slice deliveries(struct world *w, uuid id)
{
    struct list_webhook_deliveries_result out = {0};
    AS_ADMINISTRATOR(scope);
    CHECK_OK(
        list_webhook_deliveries_send(&scope, &(struct list_webhook_deliveries){.id = id}, &out));
    return out.items;
}

static struct webhook get(struct world *w, uuid id)
{
    struct webhook webhook;
    struct db_session *s = world_begin(w);
    CHECK_OK(webhook_reader_get(s->readers.webhooks, &w->arena, w->organization.key, id, &webhook));
    db_session_end(s);
    return webhook;
}

WORLD(an_event_reaches_the_webhook_that_hears_it)
{
    use_receiver(w, 204);
    struct create_webhook_result made = make_webhook(w);
    CHECK(str_starts(made.secret, STR("whsec_")));
    CHECK_STR(STR("task.failed"), made.view.events.at[0]);
    tell(w);
    tell(w);
    CHECK_OK(deliver(w));
    CHECK_INT(0, receiver.count); /* nothing is sent in a transaction */
    work(w);
    CHECK_INT(2, receiver.count);
    struct webhook_delivery_slice rows = deliveries(w, made.view.webhook.id);
    CHECK_INT(2, rows.len);
    CHECK(rows.at[0].state == DELIVERY_DELIVERED && rows.at[1].state == DELIVERY_DELIVERED);
    CHECK_STR(str_of(receiver.ids[0]), uuid_text(&w->arena, rows.at[1].id)); /* in their order */
    CHECK(str_find(rows.at[0].payload, STR("\"type\":\"task.failed\"")) != SIZE_MAX);
    CHECK(str_find(rows.at[0].payload, STR("\"href\":\"/api/v1/tasks/")) != SIZE_MAX);
    size_t tasks = row_count(w, MEMORY_TASKS);
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK_INT(3, receiver.count);
    CHECK_INT(tasks, row_count(w, MEMORY_TASKS)); /* always the same one */
}

WORLD(whatever_fails_an_event_is_delivered_once_as_a_row)
{
    use_receiver(w, 200);
    struct create_webhook_result made = make_webhook(w);
    tell(w);
    for (int at = 1;; at++) {
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        err e = deliver(w);
        bool untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        if (!failed(e) && untouched)
            break;
        CHECK_INT(0, row_count(w, MEMORY_WEBHOOK_DELIVERIES));
    }
    CHECK_OK(deliver(w));
    CHECK_INT(1, deliveries(w, made.view.webhook.id).len);
}

WORLD(a_receiver_that_is_away_is_asked_less_and_gets_all_once_it_is_back)
{
    use_receiver(w, 503);
    struct create_webhook_result made = make_webhook(w);
    for (int i = 0; i < 5; i++)
        tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK_INT(WEBHOOK_AWAY_COUNT, receiver.count); /* the others wait with them */
    struct webhook webhook = get(w, made.view.webhook.id);
    CHECK(webhook.is_slow && webhook.failure_count == 3 && webhook.next_attempt_at.us != 0);
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK_INT(3, receiver.count); /* what is new waits too */
    world_wait(w, 20);
    work(w);
    CHECK_INT(4, receiver.count); /* one attempt, to see */
    receiver.status = 200;
    world_wait(w, 60);
    receiver.count = 0;
    work(w);
    struct webhook_delivery_slice rows = deliveries(w, made.view.webhook.id);
    CHECK_INT(6, rows.len);
    CHECK_INT(6, receiver.count);
    for (size_t i = 0; i < 6; i++) {
        CHECK(rows.at[i].state == DELIVERY_DELIVERED);
        CHECK_STR(str_of(receiver.ids[i]), uuid_text(&w->arena, rows.at[5 - i].id));
    }
    CHECK_INT(0, get(w, made.view.webhook.id).failure_count);
}

WORLD(what_is_not_taken_in_a_day_has_failed_and_is_sent_again_by_hand)
{
    use_receiver(w, 500);
    struct create_webhook_result made = make_webhook(w);
    tell(w);
    CHECK_OK(deliver(w));
    for (int i = 0; i < 24 * 12; i++) {
        work(w);
        world_wait(w, 310);
    }
    struct webhook_delivery dead = deliveries(w, made.view.webhook.id).at[0];
    CHECK(dead.state == DELIVERY_FAILED);
    CHECK(receiver.count >= 20 && receiver.count <= 60); /* about ten, then one an hour */
    for (size_t i = 1; i < receiver.count; i++)
        CHECK_STR(str_of(receiver.ids[0]), str_of(receiver.ids[i]));
    CHECK(get(w, made.view.webhook.id).is_active); /* not after one day */
    size_t before = receiver.count;
    receiver.status = 200;
    struct redeliver_webhook_result again;
    AS_ADMINISTRATOR(scope);
    CHECK_OK(redeliver_webhook_send(&scope, &(struct redeliver_webhook){dead.id}, &again));
    CHECK_ERR(CONFLICT,
              redeliver_webhook_send(&scope, &(struct redeliver_webhook){dead.id}, &again));
    work(w);
    CHECK_INT(before + 1, receiver.count);
    CHECK_STR(str_of(receiver.ids[0]), str_of(receiver.ids[before]));
    CHECK(deliveries(w, made.view.webhook.id).at[0].state == DELIVERY_DELIVERED);
}

static size_t deactivations(struct world *w)
{
    struct outbox_event_slice all;
    size_t count = 0;
    struct db_session *s = world_begin(w);
    CHECK_OK(event_reader_find(s->readers.events, &w->arena, 0, 1000, &all));
    for (size_t i = 0; i < all.len; i++)
        count += str_eq(all.at[i].type, STR("webhook_deactivated"));
    db_session_end(s);
    return count;
}

WORLD(a_receiver_that_is_gone_is_told_nothing_any_more)
{
    use_receiver(w, 410);
    struct create_webhook_result made = make_webhook(w);
    struct test_webhook_result tested;
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK_INT(1, receiver.count);
    struct webhook webhook = get(w, made.view.webhook.id);
    CHECK(!webhook.is_active && webhook.deactivated_reason.len != 0);
    CHECK_INT(1, deactivations(w));
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK_INT(1, receiver.count);
    CHECK_INT(1, deliveries(w, webhook.id).len);
    AS_ADMINISTRATOR(scope);
    CHECK_ERR(CONFLICT, test_webhook_send(&scope, &(struct test_webhook){webhook.id}, &tested));
    receiver.status = 200;
    struct update_webhook_result updated;
    const struct update_webhook cmd = {.id = webhook.id, .is_active = {true, true}};
    CHECK_OK(update_webhook_send(&scope, &cmd, &updated));
    CHECK(updated.view.webhook.deactivated_reason.ptr == NULL);
    work(w);
    CHECK_INT(2, receiver.count); /* what waited */
}

WORLD(nothing_taken_for_days_deactivates)
{
    use_receiver(w, 500);
    struct create_webhook_result made = make_webhook(w);
    for (int day = 0; day < 7 && get(w, made.view.webhook.id).is_active; day++) {
        tell(w);
        CHECK_OK(deliver(w));
        for (int i = 0; i < 24; i++) {
            work(w);
            world_wait(w, 3600);
        }
        CHECK(get(w, made.view.webhook.id).is_active || day >= 4);
    }
    CHECK(!get(w, made.view.webhook.id).is_active);
    CHECK_INT(1, deactivations(w));
}

WORLD(two_secrets_sign_until_the_former_ends)
{
    use_receiver(w, 200);
    struct create_webhook_result made = make_webhook(w);
    struct rotate_webhook_secret_result rotated;
    AS_ADMINISTRATOR(scope);
    CHECK_OK(rotate_webhook_secret_send(
        &scope,
        &(struct rotate_webhook_secret){.id = made.view.webhook.id, .overlap_seconds = {true, 60}},
        &rotated));
    CHECK(!str_eq(made.secret, rotated.secret));
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    world_wait(w, 61);
    tell(w);
    CHECK_OK(deliver(w));
    work(w);
    CHECK(receiver.secret_counts[0] == 2 && receiver.secret_counts[1] == 1);
}

WORLD(a_task_that_was_cancelled_is_armed_again)
{
    use_receiver(w, 200);
    struct create_webhook_result made = make_webhook(w);
    tell(w);
    CHECK_OK(deliver(w));
    struct cancel_task_result cancelled;
    AS_ADMINISTRATOR(scope);
    CHECK_OK(cancel_task_send(&scope, &(struct cancel_task){get(w, made.view.webhook.id).task_id},
                              &cancelled));
    work(w);
    CHECK_INT(0, receiver.count);
    world_wait(w, 121);
    struct principal principal = principal_system(0);
    struct scope system = world_scope(w, &principal);
    struct rearm_webhooks_result armed;
    CHECK_OK(rearm_webhooks_send(&system, &(struct rearm_webhooks){0}, &armed));
    CHECK_INT(1, armed.count);
    work(w);
    CHECK_INT(1, receiver.count);
}

WORLD(a_webhook_that_is_deleted_takes_its_deliveries_along)
{
    use_receiver(w, 200);
    struct create_webhook_result made = make_webhook(w);
    struct delete_webhook_result deleted;
    tell(w);
    CHECK_OK(deliver(w));
    AS_ADMINISTRATOR(scope);
    CHECK_OK(delete_webhook_send(&scope, &(struct delete_webhook){made.view.webhook.id}, &deleted));
    CHECK_INT(0, row_count(w, MEMORY_WEBHOOK_DELIVERIES));
    work(w);
    CHECK_INT(0, receiver.count);
}

WORLD(what_cannot_be_sent_to_is_refused)
{
    use_receiver(w, 200);
    struct create_webhook_result made;
    str events[] = {STR("task.failed"), STR("no.such")};
    AS_ADMINISTRATOR(scope);
    struct create_webhook cmd = {.url = STR("ftp://x"), .events = {events, 1}};
    CHECK_ERR(INVALID, create_webhook_send(&scope, &cmd, &made));
    scope = world_scope(w, &scope_principal);
    cmd = (struct create_webhook){.url = STR("https://x"), .events = {events, 2}};
    CHECK_ERR(INVALID, create_webhook_send(&scope, &cmd, &made));
    struct principal other = world_principal(w, ROLE_RADIOLOGIST);
    scope = world_scope(w, &other);
    CHECK_ERR(FORBIDDEN, create_webhook_send(&scope, &cmd, &made));
}

TEST(every_event_of_webhooks_has_its_subscription_and_tells_nothing_of_patients)
{
    for (size_t i = 0; i < webhook_event_count; i++) {
        const struct webhook_event *event = &webhook_events[i];
        void *nowhere = NULL;
        CHECK(subscribed("webhooks", str_of(event->event->name)) == &queue_webhooks_use_case);
        CHECK(event == webhook_event_of(str_of(event->event->name)));
        CHECK(webhook_event_complaint(str_of(event->name)) == NULL);
        if (event->subject != NULL)
            CHECK(schema_find(event->event->payload, str_of(event->subject), &nowhere)->kind ==
                  FIELD_UUID);
        for (size_t k = 0; k < event->event->payload->field_count; k++)
            CHECK((event->event->payload->fields[k].flags & (PHI | SECRET)) == 0);
    }
    for (size_t i = 0; i < subscription_count; i++)
        if (strcmp(subscriptions[i].subscriber, "webhooks") == 0)
            CHECK(webhook_event_of(str_of(subscriptions[i].event->name)) != NULL);
}
