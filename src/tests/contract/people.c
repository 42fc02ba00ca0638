/* Organizations, users, sessions, answers under keys. */
#include "tests/contract/contract.h"

CONTRACT(organizations_come_in_the_order_they_were_made)
{
    struct db_session *s = contract_begin(c);
    struct organization first;
    struct organization_slice all;
    CHECK_OK(organization_reader_first(s->readers.organizations, &c->arena, &first));
    CHECK_OK(organization_reader_all(s->readers.organizations, &c->arena, &all));
    CHECK_STR(STR("St. Mary's"), first.name);
    CHECK_INT(2, all.len);
    CHECK_INT(c->organization_key, all.at[0].key);
    CHECK_INT(c->other_key, all.at[1].key);
    CHECK_STR(STR("Charité"), all.at[1].name);
    CHECK_INT(all.at[1].key, all.at[1].organization_key);
    CHECK_INT(2, all.at[1].version); /* added, then told its own key */
    db_session_end(s);
}

CONTRACT(an_empty_database_has_no_first_organization)
{
    struct contract_db empty = {.engine = c->engine};
    struct db_session *s;
    struct organization first;
    empty.engine->open(&empty);
    s = contract_begin(&empty);
    CHECK_ERR(NOT_FOUND, organization_reader_first(s->readers.organizations, &empty.arena, &first));
    db_session_end(s);
    contract_close(&empty);
}

static struct user add_user(struct contract_db *c, int64_t organization_key, const char *email,
                            const char *name)
{
    struct db_session *s = contract_begin(c);
    struct user user = contract_user(c, organization_key, email);
    user.name = str_of(name);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

CONTRACT(a_user_reads_back_as_it_was_written)
{
    struct user user = contract_user(c, c->organization_key, "ada@clinic.example"), again;
    struct db_session *s = contract_begin(c);
    user.name = STR("Ada \xC3\x85ngstr\xC3\xB6m");
    user.failure_count = 3;
    user.locked_until = (instant){SECONDS(1750000900)};
    CHECK_OK(user_writer_add(s->uow.users, &user));
    CHECK_INT(1, user.version);
    CHECK(user.key > 0);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(user_reader_get_by_email(s->readers.users, &c->arena, user.email, &again));
    CHECK(uuid_eq(user.id, again.id) && again.key == user.key && again.version == 1);
    CHECK_STR(user.name, again.name);
    CHECK_STR(user.password_hash, again.password_hash);
    CHECK(again.role == user.role && again.is_active && again.failure_count == 3);
    CHECK(again.locked_until.us == user.locked_until.us &&
          again.created_at.us == user.created_at.us);
    CHECK_ERR(NOT_FOUND, user_reader_get_by_email(s->readers.users, &c->arena,
                                                  STR("ADA@clinic.example"), &again));
    CHECK_OK(user_reader_get_by_key(s->readers.users, &c->arena, user.key, &again));
    CHECK_ERR(NOT_FOUND, user_reader_get_by_key(s->readers.users, &c->arena, user.key + 1, &again));
    db_session_end(s);
}

CONTRACT(an_address_is_taken_once_in_the_whole_installation)
{
    struct user first = add_user(c, c->organization_key, "ada@clinic.example", "Ada");
    struct db_session *s = contract_begin(c);
    struct user same_address = contract_user(c, c->other_key, "ada@clinic.example");
    struct user same_id = contract_user(c, c->other_key, "bob@clinic.example");
    same_id.id = first.id;
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &same_address));
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &same_id));
    struct user bob = contract_user(c, c->organization_key, "bob@clinic.example");
    CHECK_OK(user_writer_add(s->uow.users, &bob)); /* the unit goes on after a conflict */
    bob.email = STR("ada@clinic.example");
    CHECK_ERR(CONFLICT, user_writer_save(s->uow.users, &bob));
    CHECK_INT(1, bob.version);
    bob.email = STR("bob@clinic.example");
    CHECK_OK(user_writer_save(s->uow.users, &bob));
    contract_commit(s);
}

CONTRACT(a_user_needs_an_organization_and_a_name)
{
    struct db_session *s = contract_begin(c);
    struct user of_nobody = contract_user(c, 4711, "eve@clinic.example");
    struct user nameless = contract_user(c, c->organization_key, "eve@clinic.example");
    nameless.name = STR_NONE;
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &of_nobody));
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &nameless));
    db_session_end(s);
}

CONTRACT(the_second_of_two_savers_is_told)
{
    struct user one = add_user(c, c->organization_key, "ada@clinic.example", "Ada"), two = one;
    struct db_session *s = contract_begin(c);
    one.name = STR("Ada L.");
    CHECK_OK(user_writer_save(s->uow.users, &one));
    CHECK_INT(2, one.version);
    contract_commit(s);
    s = contract_begin(c);
    two.name = STR("Ada B.");
    CHECK_ERR(PRECONDITION_FAILED, user_writer_save(s->uow.users, &two));
    CHECK_INT(1, two.version);
    CHECK_OK(user_reader_get(s->readers.users, &c->arena, c->organization_key, one.id, &two));
    CHECK_STR(STR("Ada L."), two.name);
    CHECK_INT(2, two.version);
    two.key += 100;
    CHECK_ERR(PRECONDITION_FAILED, user_writer_save(s->uow.users, &two));
    db_session_end(s);
}

/* Names of the users found, each followed by a space. */
static str find_users(struct contract_db *c, struct user_filter f, int64_t total_expected)
{
    struct db_session *s = contract_begin(c);
    struct buf names = BUF_IN(&c->arena);
    struct user_slice found;
    int64_t total;
    f.organization_key = f.organization_key != 0 ? f.organization_key : c->organization_key;
    f.limit = f.limit != 0 ? f.limit : 50;
    CHECK_OK(user_reader_find(s->readers.users, &c->arena, &f, &found, &total));
    CHECK_INT(total_expected, total);
    for (size_t i = 0; i < found.len; i++)
        buf_addf(&names, "%.*s ", STR_ARG(found.at[i].name));
    db_session_end(s);
    return buf_str(&names);
}

static struct sort_key_slice sorted_by(struct arena *a, const char *name, bool descending)
{
    struct sort_key_slice sort = {0};
    *SLICE_PUSH(a, &sort) = (struct sort_key){str_of(name), descending};
    return sort;
}

CONTRACT(users_are_searched_sorted_and_paged)
{
    struct arena *a = &c->arena;
    struct user carol = add_user(c, c->organization_key, "carol@clinic.example", "Carol");
    add_user(c, c->organization_key, "al_bert@clinic.example", "albert");
    add_user(c, c->organization_key, "z100%@clinic.example", "Zo\xC3\xAB");
    add_user(c, c->organization_key, "bob@ward.example", "Bob");
    add_user(c, c->other_key, "dora@clinic.example", "Dora");
    struct db_session *s = contract_begin(c);
    carol.is_active = false;
    carol.role = ROLE_VIEWER;
    CHECK_OK(user_writer_save(s->uow.users, &carol));
    contract_commit(s);
    CHECK_STR(STR("Carol albert Zo\xC3\xAB Bob "), find_users(c, (struct user_filter){0}, 4));
    CHECK_STR(STR("Dora "),
              find_users(c, (struct user_filter){.organization_key = c->other_key}, 1));
    CHECK_STR(STR("Bob Carol Zo\xC3\xAB albert "), /* by bytes */
              find_users(c, (struct user_filter){.sort = sorted_by(a, "name", false)}, 4));
    CHECK_STR(STR("Zo\xC3\xAB Carol Bob albert "),
              find_users(c, (struct user_filter){.sort = sorted_by(a, "email", true)}, 4));
    CHECK_STR(STR("Carol albert Zo\xC3\xAB Bob "),
              find_users(c, (struct user_filter){.sort = sorted_by(a, "role", true)}, 4));
    CHECK_STR(STR("albert Zo\xC3\xAB "),
              find_users(c, (struct user_filter){.offset = 1, .limit = 2}, 4));
    CHECK_STR(STR(""), find_users(c, (struct user_filter){.offset = 9}, 4));
    CHECK_STR(STR("Carol albert Zo\xC3\xAB "),
              find_users(c, (struct user_filter){.search = STR("CLINIC")}, 3));
    CHECK_STR(STR("albert "), find_users(c, (struct user_filter){.search = STR("Al_")}, 1));
    CHECK_STR(STR("Zo\xC3\xAB "), find_users(c, (struct user_filter){.search = STR("%")}, 1));
    CHECK_STR(STR(""), find_users(c, (struct user_filter){.search = STR("\\")}, 0));
    CHECK_STR(STR("Carol "), find_users(c, (struct user_filter){.is_active = {.is_set = true}}, 1));
    CHECK_STR(STR("albert Zo\xC3\xAB Bob "),
              find_users(c, (struct user_filter){.is_active = {true, true}}, 3));
    CHECK_STR(
        STR("Zo\xC3\xAB "),
        find_users(c, (struct user_filter){.is_active = {true, true}, .search = STR("zo\xC3\xAB")},
                   1));
}

static struct session add_session(struct contract_db *c, const struct user *user)
{
    struct db_session *s = contract_begin(c);
    struct session session = contract_session(c, user);
    CHECK_OK(session_writer_add(s->uow.sessions, &session));
    CHECK_INT(1, session.version);
    contract_commit(s);
    return session;
}

static struct session get_session(struct contract_db *c, uuid id)
{
    struct db_session *s = contract_begin(c);
    struct session session;
    CHECK_OK(session_reader_get(s->readers.sessions, &c->arena, id, &session));
    db_session_end(s);
    return session;
}

CONTRACT(sessions_are_saved_and_revoked)
{
    struct user ada = add_user(c, c->organization_key, "ada@clinic.example", "Ada");
    struct user bob = add_user(c, c->organization_key, "bob@clinic.example", "Bob");
    struct session one = add_session(c, &ada), two = add_session(c, &ada),
                   of_bob = add_session(c, &bob), stale = one;
    struct db_session *s = contract_begin(c);
    one.generation = 2;
    CHECK_OK(session_writer_save(s->uow.sessions, &one));
    CHECK_ERR(PRECONDITION_FAILED, session_writer_save(s->uow.sessions, &stale));
    two.revoked_at = (instant){SECONDS(1750000001)};
    CHECK_OK(session_writer_save(s->uow.sessions, &two));
    CHECK_OK(session_writer_revoke_user(s->uow.sessions, ada.key, (instant){SECONDS(1750000002)}));
    contract_commit(s);
    one = get_session(c, one.id);
    CHECK(one.revoked_at.us == SECONDS(1750000002) && one.version == 3 && one.generation == 2);
    CHECK_STR(STR("192.0.2.7"), one.peer_address);
    two = get_session(c, two.id);
    CHECK(two.revoked_at.us == SECONDS(1750000001) && two.version == 2);
    of_bob = get_session(c, of_bob.id);
    CHECK(of_bob.revoked_at.us == 0 && of_bob.version == 1 && of_bob.user_key == bob.key);
    struct session of_nobody = contract_session(c, &bob);
    of_nobody.user_key = 4711;
    s = contract_begin(c);
    CHECK_ERR(CONFLICT, session_writer_add(s->uow.sessions, &of_nobody));
    CHECK_ERR(NOT_FOUND, session_reader_get(s->readers.sessions, &c->arena, of_nobody.id, &one));
    db_session_end(s);
}

CONTRACT(ended_sessions_are_purged)
{
    struct user ada = add_user(c, c->organization_key, "ada@clinic.example", "Ada");
    struct session live = add_session(c, &ada), revoked = add_session(c, &ada),
                   expired = contract_session(c, &ada);
    int64_t now = clock_now(&c->clock.base).us, count;
    struct db_session *s = contract_begin(c);
    expired.expires_at = (instant){now - SECONDS(10)};
    CHECK_OK(session_writer_add(s->uow.sessions, &expired));
    revoked.revoked_at = (instant){now - SECONDS(5)};
    CHECK_OK(session_writer_save(s->uow.sessions, &revoked));
    CHECK_OK(session_writer_purge(s->uow.sessions, (instant){now - SECONDS(10)}, &count));
    CHECK_INT(0, count); /* before, not at */
    CHECK_OK(session_writer_purge(s->uow.sessions, (instant){now - SECONDS(9)}, &count));
    CHECK_INT(1, count);
    CHECK_OK(session_writer_purge(s->uow.sessions, (instant){now}, &count));
    CHECK_INT(1, count);
    CHECK_ERR(NOT_FOUND, session_reader_get(s->readers.sessions, &c->arena, expired.id, &expired));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(session_reader_get(s->readers.sessions, &c->arena, live.id, &live));
    CHECK_ERR(NOT_FOUND, session_reader_get(s->readers.sessions, &c->arena, revoked.id, &revoked));
    db_session_end(s);
}

static struct idempotency_record record_of(struct contract_db *c, uuid user_id, const char *key)
{
    return (struct idempotency_record){.organization_key = c->organization_key,
                                       .user_id = user_id,
                                       .idempotency_key = str_of(key),
                                       .fingerprint = STR("f00d"),
                                       .result = STR("{\"id\":1}"),
                                       .created_at = clock_now(&c->clock.base)};
}

CONTRACT(an_answer_is_remembered_once_per_user_and_key)
{
    uuid ada = uuid_make(&c->clock.base), bob = uuid_make(&c->clock.base);
    struct db_session *s = contract_begin(c);
    struct idempotency_record first = record_of(c, ada, "k-1"), again = record_of(c, ada, "k-1"),
                              found, of_bob = record_of(c, bob, "k-1"),
                              elsewhere = record_of(c, ada, "k-1");
    int64_t count;
    elsewhere.organization_key = c->other_key;
    CHECK_OK(idempotency_writer_add(s->uow.idempotency, &first));
    CHECK_ERR(CONFLICT, idempotency_writer_add(s->uow.idempotency, &again));
    CHECK_OK(idempotency_writer_add(s->uow.idempotency, &of_bob));
    CHECK_OK(idempotency_writer_add(s->uow.idempotency, &elsewhere));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(idempotency_reader_find(s->readers.idempotency, &c->arena, c->organization_key, ada,
                                     STR("k-1"), &found));
    CHECK_INT(first.key, found.key);
    CHECK_STR(STR("{\"id\":1}"), found.result);
    CHECK_STR(STR("f00d"), found.fingerprint);
    CHECK_ERR(NOT_FOUND, idempotency_reader_find(s->readers.idempotency, &c->arena,
                                                 c->organization_key, ada, STR("k-2"), &found));
    CHECK_ERR(NOT_FOUND, idempotency_reader_find(s->readers.idempotency, &c->arena, c->other_key,
                                                 bob, STR("k-1"), &found));
    CHECK_OK(idempotency_writer_purge(s->uow.idempotency, first.created_at, &count));
    CHECK_INT(0, count);
    CHECK_OK(
        idempotency_writer_purge(s->uow.idempotency, instant_add(first.created_at, 1), &count));
    CHECK_INT(3, count);
    CHECK_OK(idempotency_writer_add(s->uow.idempotency, &again));
    contract_commit(s);
}
