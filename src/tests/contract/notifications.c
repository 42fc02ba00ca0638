/* Notifications: read, listed by receiver, told once, removed. And the devices of sign-ins. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct user add_user(struct contract_db *c, const char *email)
{
    struct user user = contract_user(c, c->organization_key, email);
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

static struct notification notification_of(struct contract_db *c, const struct user *user,
                                           int64_t sequence)
{
    instant now = clock_now(&c->clock.base);
    return (struct notification){.id = uuid_make(&c->clock.base),
                                 .organization_key = c->organization_key,
                                 .created_at = now,
                                 .updated_at = now,
                                 .user_key = user->key,
                                 .user_id = user->id,
                                 .kind = STR("task_failed"),
                                 .event_sequence = sequence,
                                 .subject_kind = STR("task"),
                                 .subject_id = uuid_make(&c->clock.base),
                                 .detail = STR("rebuild ü")};
}

static struct notification add(struct contract_db *c, struct notification n)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_writer_add(s->uow.notifications, &n));
    CHECK(n.key != 0 && n.version == 1);
    contract_commit(s);
    return n;
}

static int64_t unread(struct contract_db *c, const struct user *user)
{
    int64_t count;
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_reader_count_unread(s->readers.notifications, user->key, &count));
    db_session_end(s);
    return count;
}

CONTRACT(a_notification_is_its_receivers)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    struct notification n = add(c, notification_of(c, &ada, 7)), got;
    bool is_told;
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_reader_get(s->readers.notifications, &c->arena, ada.key, n.id, &got));
    struct buf one = BUF_IN(&c->arena), other = BUF_IN(&c->arena);
    json_write(&one, &notification_schema, &n, JSON_INTERNAL);
    json_write(&other, &notification_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&other));
    CHECK_ERR(NOT_FOUND,
              notification_reader_get(s->readers.notifications, &c->arena, bob.key, n.id, &got));
    CHECK_OK(notification_reader_is_told(s->readers.notifications, 7, &is_told));
    CHECK(is_told);
    CHECK_OK(notification_reader_is_told(s->readers.notifications, 8, &is_told));
    CHECK(!is_told);
    db_session_end(s);
    struct notification again = notification_of(c, &ada, 7);
    s = contract_begin(c);
    err e = notification_writer_add(s->uow.notifications, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    add(c, notification_of(c, &bob, 7));
}

CONTRACT(notifications_are_listed_newest_first_and_streamed_oldest_first)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    struct notification n[4];
    struct notification_slice rows;
    int64_t total, newest;
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_reader_newest_key(s->readers.notifications, &newest));
    CHECK_INT(0, newest);
    db_session_end(s);
    for (int i = 0; i < 4; i++) {
        n[i] = notification_of(c, i == 2 ? &bob : &ada, i + 1);
        n[i].kind = i == 1 ? STR("share_opened") : n[i].kind;
        n[i] = add(c, n[i]);
    }
    struct notification_filter f = {.user_key = ada.key, .limit = 2};
    s = contract_begin(c);
    CHECK_OK(notification_reader_find(s->readers.notifications, &c->arena, &f, &rows, &total));
    CHECK(total == 3 && rows.len == 2);
    CHECK(uuid_eq(rows.at[0].id, n[3].id) && uuid_eq(rows.at[1].id, n[1].id));
    f.offset = 2;
    CHECK_OK(notification_reader_find(s->readers.notifications, &c->arena, &f, &rows, &total));
    CHECK(total == 3 && rows.len == 1 && uuid_eq(rows.at[0].id, n[0].id));
    f = (struct notification_filter){
        .user_key = ada.key, .kind = STR("share_opened"), .only_unread = true, .limit = 9};
    CHECK_OK(notification_reader_find(s->readers.notifications, &c->arena, &f, &rows, &total));
    CHECK(total == 1 && uuid_eq(rows.at[0].id, n[1].id));
    CHECK_OK(notification_reader_after(s->readers.notifications, &c->arena, ada.key, n[0].key, 9,
                                       &rows));
    CHECK(rows.len == 2 && uuid_eq(rows.at[0].id, n[1].id) && uuid_eq(rows.at[1].id, n[3].id));
    CHECK_OK(notification_reader_after(s->readers.notifications, &c->arena, ada.key, 0, 1, &rows));
    CHECK(rows.len == 1 && uuid_eq(rows.at[0].id, n[0].id));
    CHECK_OK(notification_reader_newest_key(s->readers.notifications, &newest));
    CHECK_INT(n[3].key, newest);
    db_session_end(s);
}

CONTRACT(what_was_read_is_marked_once_and_can_go)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    struct notification n[3], theirs = add(c, notification_of(c, &bob, 9)), got;
    int64_t count;
    for (int i = 0; i < 3; i++)
        n[i] = add(c, notification_of(c, &ada, i + 1));
    CHECK_INT(3, unread(c, &ada));
    instant now = clock_now(&c->clock.base);
    struct db_session *s = contract_begin(c);
    CHECK_OK(
        notification_writer_mark_read(s->uow.notifications, ada.key, 0, n[1].key, now, &count));
    CHECK_INT(2, count);
    CHECK_OK(notification_writer_mark_read(s->uow.notifications, ada.key, theirs.key, n[1].key,
                                           instant_add(now, SECONDS(9)), &count));
    CHECK_INT(0, count);
    CHECK_OK(notification_writer_mark_read(s->uow.notifications, ada.key, theirs.key, theirs.key,
                                           now, &count));
    CHECK_INT(0, count);
    contract_commit(s);
    CHECK_INT(1, unread(c, &ada));
    CHECK_INT(1, unread(c, &bob));
    s = contract_begin(c);
    CHECK_OK(notification_reader_get(s->readers.notifications, &c->arena, ada.key, n[0].id, &got));
    CHECK_INT(now.us, got.read_at.us);
    CHECK_OK(notification_writer_remove(s->uow.notifications, ada.key, theirs.key)); /* not hers */
    CHECK_OK(notification_writer_remove(s->uow.notifications, ada.key, n[2].key));
    CHECK_OK(notification_writer_remove_read(s->uow.notifications, ada.key, &count));
    CHECK_INT(2, count);
    contract_commit(s);
    CHECK_INT(0, unread(c, &ada));
    CHECK_INT(1, unread(c, &bob));
}

CONTRACT(old_notifications_go_and_of_each_receiver_the_newest_stay)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    struct notification old = notification_of(c, &bob, 100);
    struct notification_slice rows;
    int64_t count, total;
    instant now = clock_now(&c->clock.base);
    old.created_at = instant_add(now, -SECONDS(100));
    add(c, old);
    for (int i = 0; i < 5; i++)
        add(c, notification_of(c, &ada, i + 1));
    for (int i = 0; i < 2; i++)
        add(c, notification_of(c, &bob, i + 1));
    struct db_session *s = contract_begin(c);
    CHECK_OK(
        notification_writer_purge(s->uow.notifications, instant_add(now, -SECONDS(50)), 3, &count));
    CHECK_INT(3, count); /* the old one, and two of five */
    contract_commit(s);
    CHECK_INT(3, unread(c, &ada));
    CHECK_INT(2, unread(c, &bob));
    s = contract_begin(c);
    const struct notification_filter f = {.user_key = ada.key, .limit = 9};
    CHECK_OK(notification_reader_find(s->readers.notifications, &c->arena, &f, &rows, &total));
    CHECK(total == 3 && rows.at[0].event_sequence == 5 && rows.at[2].event_sequence == 3);
    db_session_end(s);
}

static struct notification_settings settings_of(struct contract_db *c, const struct user *user)
{
    instant now = clock_now(&c->clock.base);
    return (struct notification_settings){.id = uuid_make(&c->clock.base),
                                          .organization_key = c->organization_key,
                                          .created_at = now,
                                          .updated_at = now,
                                          .user_key = user->key,
                                          .choices = STR("task_failed:app,mail"),
                                          .time_zone = STR("Europe/Berlin"),
                                          .quiet_from = 22 * 60,
                                          .quiet_to = NOTIFICATION_NO_QUIET,
                                          .digest = DIGEST_DAILY,
                                          .digest_hour = 23};
}

CONTRACT(what_a_person_has_chosen_is_kept_once)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    struct notification_settings one = settings_of(c, &ada), again = settings_of(c, &ada), got;
    struct notification_settings_slice all;
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_writer_save_settings(s->uow.notifications, &one));
    CHECK(one.key != 0 && one.version == 1);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(notification_reader_get_settings(s->readers.notifications, &c->arena, ada.key, &got));
    struct buf a = BUF_IN(&c->arena), b = BUF_IN(&c->arena);
    json_write(&a, &notification_settings_schema, &one, JSON_INTERNAL);
    json_write(&b, &notification_settings_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&a), buf_str(&b));
    CHECK_ERR(NOT_FOUND,
              notification_reader_get_settings(s->readers.notifications, &c->arena, bob.key, &got));
    CHECK_OK(notification_reader_all_settings(s->readers.notifications, &c->arena,
                                              c->organization_key, &all));
    CHECK(all.len == 1 && all.at[0].user_key == ada.key);
    CHECK_OK(
        notification_reader_all_settings(s->readers.notifications, &c->arena, c->other_key, &all));
    CHECK_INT(0, all.len);
    got = one;
    got.digest = DIGEST_NONE;
    CHECK_OK(notification_writer_save_settings(s->uow.notifications, &got));
    CHECK_INT(2, got.version);
    CHECK_ERR(PRECONDITION_FAILED, notification_writer_save_settings(s->uow.notifications, &one));
    db_session_end(s);
    s = contract_begin(c);
    err e = notification_writer_save_settings(s->uow.notifications, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
}

static struct notification_mail mail_of(struct contract_db *c, const struct user *user,
                                        int64_t sequence, instant due_at)
{
    instant now = clock_now(&c->clock.base);
    return (struct notification_mail){.id = uuid_make(&c->clock.base),
                                      .organization_key = c->organization_key,
                                      .created_at = now,
                                      .updated_at = now,
                                      .user_key = user->key,
                                      .kind = STR("task_failed"),
                                      .event_sequence = sequence,
                                      .subject_kind = STR("task"),
                                      .subject_id = uuid_make(&c->clock.base),
                                      .detail = STR("ü"),
                                      .happened_at = now,
                                      .due_at = due_at};
}

static void add_mail(struct contract_db *c, struct notification_mail mail)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_writer_add_mail(s->uow.notifications, &mail));
    contract_commit(s);
}

static int64_t due_after(struct contract_db *c, int64_t organization_key, int64_t user_key,
                         instant now)
{
    int64_t next;
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_reader_next_due(s->readers.notifications, organization_key, user_key, now,
                                          &next));
    db_session_end(s);
    return next;
}

CONTRACT(mails_that_wait_are_taken_once_when_they_are_due)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    instant now = clock_now(&c->clock.base), later = instant_add(now, SECONDS(10));
    struct notification_mail_slice taken;
    bool is_told;
    add_mail(c, mail_of(c, &ada, 1, now));
    add_mail(c, mail_of(c, &ada, 2, later));
    add_mail(c, mail_of(c, &ada, 3, now));
    add_mail(c, mail_of(c, &bob, 1, later));
    CHECK_INT(ada.key, due_after(c, c->organization_key, 0, now));
    CHECK_INT(0, due_after(c, c->organization_key, ada.key, now));
    CHECK_INT(bob.key, due_after(c, c->organization_key, ada.key, later));
    CHECK_INT(0, due_after(c, c->other_key, 0, later));
    struct db_session *s = contract_begin(c);
    CHECK_OK(notification_reader_is_told(s->readers.notifications, 3, &is_told));
    CHECK(is_told);
    CHECK_OK(notification_reader_is_told(s->readers.notifications, 4, &is_told));
    CHECK(!is_told);
    struct notification_mail again = mail_of(c, &ada, 2, now);
    err e = notification_writer_add_mail(s->uow.notifications, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(notification_writer_take_due(s->uow.notifications, &c->arena, ada.key, now, &taken));
    CHECK(taken.len == 2 && taken.at[0].event_sequence == 1 && taken.at[1].event_sequence == 3);
    CHECK_STR(STR("ü"), taken.at[0].detail);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(notification_writer_take_due(s->uow.notifications, &c->arena, ada.key, now, &taken));
    CHECK_INT(0, taken.len);
    CHECK_OK(notification_writer_take_due(s->uow.notifications, &c->arena, ada.key, later, &taken));
    CHECK(taken.len == 1 && taken.at[0].event_sequence == 2);
    db_session_end(s); /* given up: it waits again */
    CHECK_INT(ada.key, due_after(c, c->organization_key, 0, later));
}

static enum device_news note(struct contract_db *c, const struct user *user, const char *agent)
{
    enum device_news news;
    struct db_session *s = contract_begin(c);
    c->clock.time = instant_add(c->clock.time, SECONDS(1));
    CHECK_OK(session_writer_note_device(s->uow.sessions, user->key,
                                        device_of(&c->arena, str_of(agent)),
                                        clock_now(&c->clock.base), &news));
    contract_commit(s);
    return news;
}

CONTRACT(a_device_is_known_after_its_first_sign_in)
{
    struct user ada = add_user(c, "ada@one.example"), bob = add_user(c, "bob@one.example");
    CHECK(note(c, &ada, "Browser/1.2 (Phone)") == DEVICE_FIRST);
    CHECK(note(c, &ada, "Browser/1.3 (Phone)") == DEVICE_KNOWN);
    CHECK(note(c, &ada, "Browser/1.3 (Desk)") == DEVICE_NEW);
    CHECK(note(c, &ada, "") == DEVICE_NEW);
    CHECK(note(c, &ada, NULL) == DEVICE_KNOWN);
    CHECK(note(c, &bob, "Browser/1.3 (Desk)") == DEVICE_FIRST);
    for (int i = 0; i < USER_DEVICE_COUNT_MAX; i++) {
        char agent[3] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};
        CHECK(note(c, &ada, agent) == DEVICE_NEW);
    }
    CHECK(note(c, &ada, "ab") == DEVICE_KNOWN);
    CHECK(note(c, &ada, "Browser/9 (Phone)") == DEVICE_NEW); /* forgotten */
    CHECK(note(c, &bob, "Browser/1.3 (Desk)") == DEVICE_KNOWN);
}
