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
