/* Telling people of events, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/change_password/command.h"
#include "application/commands/events/deliver_events/command.h"
#include "application/commands/notifications/notify/command.h"
#include "application/commands/notifications/read_notification/command.h"
#include "application/events/notification_rules.h"
#include "application/events/share_opened.h"
#include "application/events/study_received.h"
#include "application/events/subscriptions.h"
#include "application/events/task_failed.h"
#include "application/queries/notifications/list_notifications/query.h"
#include "base/json.h"

static err deliver(struct world *w)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct deliver_events_result out;
    return deliver_events_send(
        &scope, &(struct deliver_events){.subscriber = STR("notifications"), .limit = 100}, &out);
}

static void publish(struct world *w, const struct event_type *type, const void *event)
{
    struct db_session *s = world_begin(w);
    CHECK_OK(
        mediator_publish(s->uow.outbox, &w->arena, type, w->organization.key, (uuid){0}, event));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

static struct list_notifications_result list(struct world *w, enum role role)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct list_notifications_result out = {0};
    CHECK_OK(list_notifications_send(&scope, &(struct list_notifications){0}, &out));
    return out;
}

WORLD(whoever_asked_for_a_task_hears_of_its_end)
{
    publish(w, &task_failed_event,
            &(struct task_failed){.task_id = w->users[0].id,
                                  .kind = STR("export"),
                                  .created_by = w->users[ROLE_TECHNOLOGIST].id});
    publish(w, &task_failed_event, &(struct task_failed){.kind = STR("of nobody")});
    CHECK_OK(deliver(w));
    struct list_notifications_result mine = list(w, ROLE_TECHNOLOGIST);
    CHECK(mine.items.len == 1 && mine.unread_count == 1 && mine.page.total == 1);
    CHECK_STR(STR("task_failed"), mine.items.at[0].notification.kind);
    CHECK_STR(STR("Task failed: export"), mine.items.at[0].title);
    CHECK(str_starts(mine.items.at[0].href, STR("/api/v1/tasks/")));
    CHECK_INT(0, list(w, ROLE_ADMINISTRATOR).items.len);
    struct principal other = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &other);
    struct read_notification_result read;
    const struct read_notification cmd = {mine.items.at[0].notification.id};
    CHECK_ERR(NOT_FOUND, read_notification_send(&scope, &cmd, &read));
    other = world_principal(w, ROLE_TECHNOLOGIST);
    scope = world_scope(w, &other);
    CHECK_OK(read_notification_send(&scope, &cmd, &read));
    CHECK(read.notification.notification.read_at.us != 0);
    CHECK_INT(0, list(w, ROLE_TECHNOLOGIST).unread_count);
}

WORLD(a_study_is_told_of_to_those_who_may_see_it)
{
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    publish(w, &study_received_event,
            &(struct study_received){.study_id = image.study_id, .instance_count = 1});
    CHECK_OK(deliver(w));
    for (int role = 0; role < ROLE_CUSTOM; role++) {
        bool sees = permissions_have(role_permissions((enum role)role), READ_STUDIES);
        CHECK_INT(sees ? 1 : 0, list(w, (enum role)role).items.len);
    }
    /* a referrer, once it is granted to them */
    struct db_session *s = world_begin(w);
    struct study study;
    CHECK_OK(image_reader_get_study(s->readers.images, &w->arena,
                                    ACCESS_TO_ALL(w->organization.key), image.study_id, &study));
    instant now = clock_now(&w->clock.base);
    struct grant grant = {.id = uuid_make(&w->clock.base),
                          .organization_key = w->organization.key,
                          .created_at = now,
                          .updated_at = now,
                          .grantee_kind = GRANTEE_USER,
                          .grantee_key = w->users[ROLE_REFERRER].key,
                          .grantee_id = w->users[ROLE_REFERRER].id,
                          .granted_kind = GRANTED_STUDY,
                          .granted_key = study.key,
                          .granted_id = study.id,
                          .rights = (int64_t)1 << READ_STUDIES};
    CHECK_OK(grant_writer_add(s->uow.grants, &grant));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    publish(w, &study_received_event,
            &(struct study_received){.study_id = image.study_id, .instance_count = 1});
    CHECK_OK(deliver(w));
    CHECK_INT(1, list(w, ROLE_REFERRER).items.len);
    CHECK_INT(0, list(w, ROLE_RESEARCHER).items.len);
}

WORLD(whatever_fails_each_receiver_is_told_once)
{
    struct ingest_result image;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &image));
    publish(w, &study_received_event,
            &(struct study_received){.study_id = image.study_id, .instance_count = 1});
    for (int at = 1;; at++) {
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        err e = deliver(w);
        bool untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        if (!failed(e) && untouched)
            break;
        CHECK_INT(0, row_count(w, MEMORY_NOTIFICATIONS));
    }
    size_t count = row_count(w, MEMORY_NOTIFICATIONS);
    CHECK(count >= 2);
    CHECK_OK(deliver(w));
    CHECK_INT(count, row_count(w, MEMORY_NOTIFICATIONS));
    /* the same event once more, as after a lost position */
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct list_notifications_result shown = list(w, ROLE_ADMINISTRATOR);
    struct notify_result told;
    const struct notify cmd = {
        .event = {.event_type = STR("study_received"),
                  .event_sequence = shown.items.at[0].notification.event_sequence,
                  .event_payload = STR("{}")}};
    CHECK_OK(notify_send(&scope, &cmd, &told));
    CHECK_INT(0, told.count);
    CHECK_INT(count, row_count(w, MEMORY_NOTIFICATIONS));
}

WORLD(an_account_that_changes_is_told_of)
{
    struct principal principal = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &principal);
    struct change_password_result changed;
    const struct change_password cmd = {STR(WORLD_PASSWORD), STR("another horse battery")};
    CHECK_OK(change_password_send(&scope, &cmd, &changed));
    CHECK_OK(deliver(w));
    struct list_notifications_result mine = list(w, ROLE_VIEWER);
    CHECK_INT(1, mine.items.len);
    CHECK_STR(STR("Your account was changed: new password"), mine.items.at[0].title);
    CHECK_INT(0, list(w, ROLE_ADMINISTRATOR).items.len);
}

TEST(every_rule_has_its_subscription_its_members_and_its_words)
{
    struct arena a = {0};
    for (size_t i = 0; i < notification_rule_count; i++) {
        const struct notification_rule *rule = &notification_rules[i];
        void *nowhere = NULL;
        CHECK(subscribed("notifications", str_of(rule->event->name)) == &notify_use_case);
        CHECK(rule == notification_rule_of_event(str_of(rule->event->name)));
        CHECK(rule == notification_rule_of_kind(str_of(rule->kind)));
        CHECK(strlen(rule->kind) <= NOTIFICATION_KIND_SIZE_MAX);
        if (rule->subject != NULL)
            CHECK(schema_find(rule->event->payload, str_of(rule->subject), &nowhere)->kind ==
                  FIELD_UUID);
        if (rule->detail != NULL)
            CHECK(schema_find(rule->event->payload, str_of(rule->detail), &nowhere)->kind ==
                  FIELD_STR);
        const struct notification n = {.kind = str_of(rule->kind), .detail = STR("detail")};
        str english = notification_view_of(&a, &n, STR("en")).title,
            german = notification_view_of(&a, &n, STR("de-AT")).title;
        CHECK(!str_eq(english, n.kind) && !str_eq(english, german));
        CHECK((rule->detail != NULL) == (str_find(english, STR("detail")) != SIZE_MAX));
        CHECK(str_find_char(english, '{') == SIZE_MAX && str_find_char(german, '}') == SIZE_MAX);
    }
    for (size_t i = 0; i < subscription_count; i++)
        if (strcmp(subscriptions[i].subscriber, "notifications") == 0)
            CHECK(notification_rule_of_event(str_of(subscriptions[i].event->name)) != NULL);
    arena_deinit(&a);
}
