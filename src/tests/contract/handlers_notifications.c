/* Telling people of events, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/change_password/command.h"
#include "application/commands/events/deliver_events/command.h"
#include "application/commands/notifications/notify/command.h"
#include "application/commands/notifications/put_notification_preferences/command.h"
#include "application/commands/notifications/read_notification/command.h"
#include "application/commands/notifications/send_digest/command.h"
#include "application/events/new_device_signed_in.h"
#include "application/events/notification_rules.h"
#include "application/events/report_critical.h"
#include "application/events/share_opened.h"
#include "application/events/study_received.h"
#include "application/events/subscriptions.h"
#include "application/events/task_failed.h"
#include "application/queries/notifications/get_notification_preferences/query.h"
#include "application/queries/notifications/list_notifications/query.h"
#include "application/queries/notifications/next_digest/query.h"
#include "application/queries/notifications/preview_notification_mail/query.h"
#include "application/services/mail/mail_template.h"
#include "application/services/tasks/kinds.h"
#include "application/services/tasks/send_digests.h"
#include "application/services/tasks/task_service.h"
#include "base/json.h"
#include "infrastructure/time_zones_glib.h"

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

/* ---- preferences, quiet hours, digests: the world's clock stands at 15:06:40 UTC, on a Sunday in
 * June: 17:06:40 in Berlin ---- */

static struct time_zones_glib zones;

static err choose(struct world *w, enum role role, struct put_notification_preferences cmd,
                  struct notification_preferences *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct put_notification_preferences_result result = {0};
    err e = put_notification_preferences_send(&scope, &cmd, &result);
    *out = result.preferences;
    return e;
}

static struct notification_wish wish(const char *event, bool in_app, bool mail)
{
    return (struct notification_wish){str_of(event), {true, in_app}, {true, mail}};
}

static void fail_a_task_of(struct world *w, enum role role)
{
    publish(w, &task_failed_event,
            &(struct task_failed){
                .task_id = w->users[0].id, .kind = STR("export"), .created_by = w->users[role].id});
    CHECK_OK(deliver(w));
}

static struct mail newest_mail(struct world *w)
{
    struct mail_slice rows;
    int64_t total;
    struct db_session *s = world_begin(w);
    CHECK_OK(mail_reader_find(
        s->readers.mails, &w->arena,
        &(struct mail_filter){.organization_key = w->organization.key, .limit = 1}, &rows, &total));
    db_session_end(s);
    return rows.at[0];
}

static err digest(struct world *w, int64_t *count)
{
    struct principal principal = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &principal);
    struct next_digest_result next;
    struct send_digest_result sent = {0};
    *count = 0;
    TRY(next_digest_send(&scope, &(struct next_digest){0}, &next));
    if (next.user_key == 0)
        return OK;
    scope = world_scope(w, &principal);
    TRY(send_digest_send(&scope, &(struct send_digest){next.user_key}, &sent));
    *count = sent.count;
    return OK;
}

WORLD(who_has_chosen_nothing_has_the_defaults_and_safety_cannot_be_switched_off)
{
    time_zones_glib_open(&zones);
    w->services.time_zones = &zones.base;
    struct principal principal = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &principal);
    struct get_notification_preferences_result got;
    struct notification_preferences out;
    CHECK_OK(
        get_notification_preferences_send(&scope, &(struct get_notification_preferences){0}, &got));
    CHECK_INT(notification_rule_count, got.preferences.events.len);
    CHECK(got.preferences.version == 0 && got.preferences.quiet_from.ptr == NULL);
    for (size_t i = 0; i < got.preferences.events.len; i++)
        CHECK(got.preferences.events.at[i].in_app);
    static const char *const fixed[] = {"new_device", "account_changed", "glass_broken"};
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        for (int part = 0; part < 2; part++) {
            struct notification_wish bad = wish(fixed[i], part == 0, part == 1);
            CHECK_ERR(INVALID,
                      choose(w, ROLE_VIEWER,
                             (struct put_notification_preferences){.events = {&bad, 1}}, &out));
        }
    struct notification_wish good[] = {wish("report_critical", true, false),
                                       wish("task_failed", false, true)};
    const struct put_notification_preferences cmd = {.events = {good, 2},
                                                     .time_zone = STR("Europe/Berlin"),
                                                     .quiet_from = STR("22:00"),
                                                     .quiet_to = STR("06:30"),
                                                     .digest = STR("daily"),
                                                     .digest_hour = {true, 8}};
    CHECK_OK(choose(w, ROLE_VIEWER, cmd, &out));
    CHECK(out.version == 1 && out.digest_hour == 8);
    CHECK_STR(STR("06:30"), out.quiet_to);
    CHECK_OK(choose(w, ROLE_VIEWER, (struct put_notification_preferences){.if_match = 1}, &out));
    CHECK(out.version == 2 && out.quiet_to.ptr == NULL);
    CHECK_STR(STR("at_once"), out.digest);
    CHECK_ERR(PRECONDITION_FAILED,
              choose(w, ROLE_VIEWER, (struct put_notification_preferences){.if_match = 1}, &out));
    const struct put_notification_preferences bad[] = {
        {.time_zone = STR("Mars/Olympus")},
        {.quiet_from = STR("22:00")},
        {.quiet_from = STR("24:00"), .quiet_to = STR("06:00")},
        {.digest = STR("often")},
        {.digest_hour = {true, 24}}};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_ERR(INVALID, choose(w, ROLE_VIEWER, bad[i], &out));
    struct principal program = principal_system(w->organization.key);
    scope = world_scope(w, &program);
    CHECK_ERR(FORBIDDEN, get_notification_preferences_send(
                             &scope, &(struct get_notification_preferences){0}, &got));
    time_zones_glib_close(&zones);
}

WORLD(channels_are_as_they_were_chosen)
{
    time_zones_glib_open(&zones);
    w->services.time_zones = &zones.base;
    struct notification_preferences out;
    fail_a_task_of(w, ROLE_VIEWER); /* the default: no mail */
    CHECK(list(w, ROLE_VIEWER).items.len == 1 && row_count(w, MEMORY_MAILS) == 0);
    struct notification_wish chosen = wish("task_failed", false, true);
    CHECK_OK(choose(w, ROLE_VIEWER, (struct put_notification_preferences){.events = {&chosen, 1}},
                    &out));
    fail_a_task_of(w, ROLE_VIEWER);
    CHECK(list(w, ROLE_VIEWER).items.len == 1 && row_count(w, MEMORY_MAILS) == 1);
    struct mail mail = newest_mail(w);
    CHECK(mail.template_name == MAIL_TASK_FAILED && mail.needs_public_url);
    CHECK_STR(w->users[ROLE_VIEWER].email, mail.recipient);
    chosen = wish("task_failed", false, false);
    CHECK_OK(choose(w, ROLE_VIEWER, (struct put_notification_preferences){.events = {&chosen, 1}},
                    &out));
    fail_a_task_of(w, ROLE_VIEWER);
    CHECK(list(w, ROLE_VIEWER).items.len == 1 && row_count(w, MEMORY_MAILS) == 1);
    publish(w, &new_device_signed_in_event,
            &(struct new_device_signed_in){.user_id = w->users[ROLE_VIEWER].id,
                                           .session_id = w->users[0].id,
                                           .device = STR("Phone")});
    CHECK_OK(deliver(w));
    CHECK_INT(2, row_count(w, MEMORY_MAILS));
    CHECK(newest_mail(w).template_name == MAIL_NEW_SIGN_IN);
    time_zones_glib_close(&zones);
}

WORLD(mails_wait_for_the_end_of_quiet_hours_but_for_what_is_critical)
{
    time_zones_glib_open(&zones);
    w->services.time_zones = &zones.base;
    struct notification_preferences out;
    struct notification_wish chosen = wish("task_failed", true, true);
    const struct put_notification_preferences cmd = {.events = {&chosen, 1},
                                                     .time_zone = STR("Europe/Berlin"),
                                                     .quiet_from = STR("17:00"),
                                                     .quiet_to = STR("18:00")};
    int64_t count;
    CHECK_OK(choose(w, ROLE_RADIOLOGIST, cmd, &out));
    fail_a_task_of(w, ROLE_RADIOLOGIST);
    fail_a_task_of(w, ROLE_RADIOLOGIST);
    CHECK(row_count(w, MEMORY_MAILS) == 0 && row_count(w, MEMORY_NOTIFICATION_MAILS) == 2);
    CHECK_INT(2, list(w, ROLE_RADIOLOGIST).items.len); /* the list is not quiet */
    publish(w, &report_critical_event,
            &(struct report_critical){.report_id = w->users[0].id,
                                      .recipient_id = w->users[ROLE_RADIOLOGIST].id});
    CHECK_OK(deliver(w));
    CHECK(row_count(w, MEMORY_MAILS) == 1);
    CHECK(newest_mail(w).template_name == MAIL_REPORT_CRITICAL);
    world_wait(w, 3000); /* 17:56 */
    CHECK_OK(digest(w, &count));
    CHECK_INT(0, count);
    world_wait(w, 300);
    /* whatever fails on the way: one mail */
    for (int at = 1;; at++) {
        w->fault = (struct fault){.fail_at = (uint64_t)at, .code = ERR_UNAVAILABLE};
        err e = digest(w, &count);
        bool untouched = w->fault.failed == NULL;
        w->fault = (struct fault){0};
        if (!failed(e) && untouched)
            break;
        CHECK(row_count(w, MEMORY_MAILS) == 1 && row_count(w, MEMORY_NOTIFICATION_MAILS) == 2);
    }
    CHECK_INT(2, count);
    CHECK(row_count(w, MEMORY_MAILS) == 2 && row_count(w, MEMORY_NOTIFICATION_MAILS) == 0);
    struct mail mail = newest_mail(w);
    struct mail_content content;
    CHECK(mail.template_name == MAIL_DIGEST);
    CHECK_STR(STR("2 notifications of St. Mary's"), mail.subject);
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK(str_find(content.text, STR("- Task failed: export\n  https://gantry.example/api/v1/"
                                     "tasks/")) != SIZE_MAX);
    CHECK_OK(digest(w, &count));
    CHECK_INT(0, count);
    fail_a_task_of(w, ROLE_RADIOLOGIST); /* outside: at once */
    CHECK_INT(3, row_count(w, MEMORY_MAILS));
    time_zones_glib_close(&zones);
}

static void nothing(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

/* The task as a worker does it. */
static void send_digests(struct world *w)
{
    struct principal system = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &system);
    struct db_session *s = world_begin(w);
    struct command_ctx ctx = {.scope = &scope,
                              .arena = &w->arena,
                              .principal = &system,
                              .clock = &w->clock.base,
                              .services = &w->services,
                              .readers = &s->readers,
                              .uow = &s->uow};
    struct no_parameters none = {0};
    struct task task;
    w->services.task_kinds = task_kinds;
    CHECK_OK(task_queue(
        &ctx, &(struct task_order){.kind = send_digests_kind.name, .parameters = &none}, &task));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    system = principal_system(0);
    for (bool goes_on = true; goes_on;) {
        struct scope worker = world_scope(w, &system);
        struct task_run_observer observer = {nothing, nothing};
        struct task_run run = {0};
        const struct task_worker_identity me = {STR("host:1"), 60, false};
        CHECK_OK(task_run_next(&worker, &me, &observer, &run, &goes_on));
    }
}

WORLD(a_daily_digest_comes_at_its_hour_of_ones_own_day)
{
    time_zones_glib_open(&zones);
    w->services.time_zones = &zones.base;
    struct notification_preferences out;
    struct notification_wish chosen = wish("task_failed", true, true);
    struct put_notification_preferences cmd = {.events = {&chosen, 1},
                                               .time_zone = STR("Europe/Berlin"),
                                               .digest = STR("daily"),
                                               .digest_hour = {true, 18}};
    CHECK_OK(choose(w, ROLE_VIEWER, cmd, &out));
    cmd.digest = STR("hourly");
    cmd.quiet_from = STR("17:30");
    cmd.quiet_to = STR("19:15");
    CHECK_OK(choose(w, ROLE_TECHNOLOGIST, cmd, &out));
    fail_a_task_of(w, ROLE_VIEWER);
    for (int i = 0; i < 60; i++)
        fail_a_task_of(w, ROLE_TECHNOLOGIST);
    world_wait(w, 3100); /* 17:58:20 */
    send_digests(w);
    CHECK_INT(0, row_count(w, MEMORY_MAILS));
    world_wait(w, 100);
    send_digests(w);
    CHECK_INT(1, row_count(w, MEMORY_MAILS));
    struct mail mail = newest_mail(w); /* the one event's own */
    CHECK(mail.template_name == MAIL_TASK_FAILED);
    CHECK_STR(w->users[ROLE_VIEWER].email, mail.recipient);
    world_wait(w, 4600); /* 19:16:40 */
    send_digests(w);
    send_digests(w);
    CHECK_INT(2, row_count(w, MEMORY_MAILS));
    mail = newest_mail(w);
    struct mail_content content;
    CHECK_OK(mail_render(&w->services, &w->arena, &mail, true, &content));
    CHECK_STR(STR("60 notifications of St. Mary's"), mail.subject);
    CHECK(str_find(content.text, STR("And 10 more.")) != SIZE_MAX);
    time_zones_glib_close(&zones);
}

WORLD(every_mail_of_an_event_can_be_looked_at_before)
{
    struct principal principal = world_principal(w, ROLE_ADMINISTRATOR);
    struct preview_notification_mail_result out;
    for (size_t i = 0; i <= notification_rule_count; i++)
        for (size_t k = 0; mail_languages[k] != NULL; k++) {
            const struct notification_rule *rule =
                i < notification_rule_count ? &notification_rules[i] : NULL;
            struct scope scope = world_scope(w, &principal);
            const struct preview_notification_mail query = {
                rule != NULL ? str_of(rule->kind) : STR("digest"), str_of(mail_languages[k]->tag)};
            if (rule != NULL && rule->mail == MAIL_TEMPLATE_COUNT) {
                CHECK_ERR(NOT_FOUND, preview_notification_mail_send(&scope, &query, &out));
                continue;
            }
            CHECK_OK(preview_notification_mail_send(&scope, &query, &out));
            CHECK(str_find_char(out.text, '{') == SIZE_MAX && out.subject.len > 10);
            CHECK(str_find(out.html, STR("Ada Lovelace")) != SIZE_MAX);
        }
    principal = world_principal(w, ROLE_VIEWER);
    struct scope scope = world_scope(w, &principal);
    CHECK_ERR(FORBIDDEN,
              preview_notification_mail_send(
                  &scope, &(struct preview_notification_mail){.event = STR("digest")}, &out));
}
