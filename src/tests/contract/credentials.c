/* Signing keys, requests for another password, and what sessions and users have for self-service.
 */
#include "tests/contract/contract.h"

static struct signing_key key_of(struct contract_db *c, const char *id, int64_t active_seconds)
{
    instant now = clock_now(&c->clock.base);
    return (struct signing_key){.id = uuid_make(&c->clock.base),
                                .created_at = now,
                                .updated_at = now,
                                .key_id = str_of(id),
                                .sealed = STR("s1.sealed"),
                                .active_at = instant_add(now, SECONDS(active_seconds))};
}

CONTRACT(signing_keys_come_in_the_order_they_were_made)
{
    struct db_session *s = contract_begin(c);
    struct signing_key one = key_of(c, "one", 0), two = key_of(c, "two", 3600),
                       again = key_of(c, "one", 10);
    struct signing_key_slice all;
    CHECK_OK(signing_key_reader_all(s->readers.signing_keys, &c->arena, &all));
    CHECK_INT(0, all.len);
    CHECK_OK(signing_key_writer_add(s->uow.signing_keys, &one));
    CHECK_OK(signing_key_writer_add(s->uow.signing_keys, &two));
    CHECK_ERR(CONFLICT, signing_key_writer_add(s->uow.signing_keys, &again));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(signing_key_reader_all(s->readers.signing_keys, &c->arena, &all));
    CHECK_INT(2, all.len);
    CHECK_STR(STR("one"), all.at[0].key_id);
    CHECK_STR(STR("s1.sealed"), all.at[0].sealed);
    CHECK_INT(two.active_at.us, all.at[1].active_at.us);
    CHECK_OK(signing_key_writer_remove(s->uow.signing_keys, one.key));
    CHECK_OK(signing_key_writer_remove(s->uow.signing_keys, 4711));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(signing_key_reader_all(s->readers.signing_keys, &c->arena, &all));
    CHECK_INT(1, all.len);
    CHECK_STR(STR("two"), all.at[0].key_id);
    db_session_end(s);
}

CONTRACT(requests_for_a_password_are_taken_once)
{
    struct db_session *s = contract_begin(c);
    struct password_request_slice taken;
    for (int i = 0; i < 5; i++) {
        struct password_request request = {.created_at = clock_now(&c->clock.base),
                                           .email = str_format(&c->arena, "u%d@clinic.example", i),
                                           .peer_address = STR("192.0.2.7")};
        CHECK_OK(password_request_writer_add(s->uow.password_requests, &request));
        CHECK(request.key > 0);
    }
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(password_request_writer_take(s->uow.password_requests, &c->arena, 3, &taken));
    CHECK_INT(3, taken.len);
    db_session_end(s); /* given up: nobody has them */
    s = contract_begin(c);
    CHECK_OK(password_request_writer_take(s->uow.password_requests, &c->arena, 3, &taken));
    CHECK_INT(3, taken.len);
    CHECK_STR(STR("u0@clinic.example"), taken.at[0].email);
    CHECK_STR(STR("192.0.2.7"), taken.at[2].peer_address);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(password_request_writer_take(s->uow.password_requests, &c->arena, 10, &taken));
    CHECK_INT(2, taken.len);
    CHECK_STR(STR("u3@clinic.example"), taken.at[0].email);
    CHECK_OK(password_request_writer_take(s->uow.password_requests, &c->arena, 10, &taken));
    CHECK_INT(0, taken.len);
    contract_commit(s);
}

static struct user add_user(struct contract_db *c, const char *email)
{
    struct db_session *s = contract_begin(c);
    struct user user = contract_user(c, c->organization_key, email);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

static struct session add_session(struct contract_db *c, const struct user *user, const char *agent)
{
    struct db_session *s = contract_begin(c);
    struct session session = contract_session(c, user);
    session.user_agent = str_of(agent);
    CHECK_OK(session_writer_add(s->uow.sessions, &session));
    contract_commit(s);
    return session;
}

static size_t live_count(struct contract_db *c, const struct user *user, struct session_slice *out)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(session_reader_live(s->readers.sessions, &c->arena, user->key,
                                 clock_now(&c->clock.base), out));
    db_session_end(s);
    return out->len;
}

CONTRACT(the_live_sessions_of_a_user_are_told_newest_first)
{
    struct user ada = add_user(c, "ada@clinic.example"), bob = add_user(c, "bob@clinic.example");
    struct session one = add_session(c, &ada, "Firefox"), two = add_session(c, &ada, NULL),
                   ended = add_session(c, &ada, "curl"), other = add_session(c, &bob, "Safari");
    struct session_slice live;
    struct db_session *s = contract_begin(c);
    ended.revoked_at = clock_now(&c->clock.base);
    CHECK_OK(session_writer_save(s->uow.sessions, &ended));
    contract_commit(s);
    CHECK_INT(2, live_count(c, &ada, &live));
    CHECK(uuid_eq(two.id, live.at[0].id) && live.at[0].user_agent.ptr == NULL);
    CHECK(uuid_eq(one.id, live.at[1].id));
    CHECK_STR(STR("Firefox"), live.at[1].user_agent);
    CHECK_INT(1, live_count(c, &bob, &live));
    CHECK(uuid_eq(other.id, live.at[0].id));
    c->clock.time = instant_add(one.expires_at, 0);
    CHECK_INT(0, live_count(c, &ada, &live));
}

CONTRACT(all_sessions_but_one_are_ended)
{
    struct user ada = add_user(c, "ada@clinic.example"), bob = add_user(c, "bob@clinic.example");
    struct session kept = add_session(c, &ada, "a"), one = add_session(c, &ada, "b");
    struct session_slice live;
    struct uuid_slice ended;
    add_session(c, &ada, "c");
    add_session(c, &bob, "d");
    struct db_session *s = contract_begin(c);
    CHECK_OK(session_writer_revoke_others(s->uow.sessions, &c->arena, ada.key, kept.id,
                                          clock_now(&c->clock.base), &ended));
    CHECK_INT(2, ended.len);
    CHECK(uuid_eq(one.id, ended.at[0]) || uuid_eq(one.id, ended.at[1]));
    CHECK_ERR(PRECONDITION_FAILED, session_writer_save(s->uow.sessions, &one));
    contract_commit(s);
    CHECK_INT(1, live_count(c, &ada, &live));
    CHECK(uuid_eq(kept.id, live.at[0].id));
    CHECK_INT(1, live_count(c, &bob, &live));
    s = contract_begin(c);
    CHECK_OK(session_writer_revoke_others(s->uow.sessions, &c->arena, ada.key, (uuid){0},
                                          clock_now(&c->clock.base), &ended));
    CHECK_INT(1, ended.len);
    contract_commit(s);
    CHECK_INT(0, live_count(c, &ada, &live));
}

CONTRACT(a_use_is_noted_beside_the_version)
{
    struct user ada = add_user(c, "ada@clinic.example");
    struct session session = add_session(c, &ada, "a"), again;
    instant later = instant_add(clock_now(&c->clock.base), SECONDS(60));
    struct db_session *s = contract_begin(c);
    CHECK_OK(session_writer_touch(s->uow.sessions, session.id, later));
    CHECK_OK(session_writer_touch(s->uow.sessions, session.id, instant_add(later, -1)));
    CHECK_OK(session_writer_touch(s->uow.sessions, uuid_make(&c->clock.base), later));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(session_reader_get(s->readers.sessions, &c->arena, session.id, &again));
    CHECK_INT(later.us, again.last_used_at.us);
    CHECK_INT(session.version, again.version);
    CHECK_OK(session_writer_save(s->uow.sessions, &session));
    contract_commit(s);
}

CONTRACT(a_user_is_found_by_an_open_link)
{
    struct user ada = add_user(c, "ada@clinic.example"), found;
    struct db_session *s = contract_begin(c);
    add_user(c, "bob@clinic.example");
    CHECK_ERR(NOT_FOUND,
              user_reader_get_by_reset_hash(s->readers.users, &c->arena, STR("f00d"), &found));
    CHECK_ERR(NOT_FOUND,
              user_reader_get_by_reset_hash(s->readers.users, &c->arena, STR(""), &found));
    CHECK_ERR(NOT_FOUND,
              user_reader_get_by_reset_hash(s->readers.users, &c->arena, STR_NONE, &found));
    ada.reset_hash = STR("f00d");
    ada.reset_expires_at = clock_now(&c->clock.base);
    ada.mfa_secret = STR("s1.x");
    ada.mfa_enabled_at = clock_now(&c->clock.base);
    ada.mfa_step = 58333333;
    ada.recovery_hashes = STR("aa bb");
    ada.language = STR("de-AT");
    ada.lock_count = 2;
    CHECK_OK(user_writer_save(s->uow.users, &ada));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(user_reader_get_by_reset_hash(s->readers.users, &c->arena, STR("f00d"), &found));
    CHECK(uuid_eq(ada.id, found.id));
    CHECK(found.mfa_step == 58333333 && found.lock_count == 2 && user_has_mfa(&found));
    CHECK_STR(STR("aa bb"), found.recovery_hashes);
    CHECK_STR(STR("de-AT"), found.language);
    CHECK_STR(STR("s1.x"), found.mfa_secret);
    found.reset_hash = STR_NONE;
    CHECK_OK(user_writer_save(s->uow.users, &found));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND,
              user_reader_get_by_reset_hash(s->readers.users, &c->arena, STR("f00d"), &found));
    db_session_end(s);
}
