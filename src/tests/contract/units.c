/* The unit of work: all or nothing, alone, and seen by itself first. */
#include "core/mediator.h"
#include "tests/contract/contract.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static bool sees_user(struct contract_db *c, struct db_session *s, uuid id)
{
    struct user user;
    err e = user_reader_get(s->readers.users, &c->arena, c->organization_key, id, &user);
    if (e.code != ERR_NOT_FOUND)
        CHECK_OK(e);
    return !failed(e);
}

CONTRACT(a_unit_is_seen_by_itself_then_by_all_at_once)
{
    struct db_session *writing = contract_begin(c), *before = contract_begin(c), *meanwhile, *after;
    struct user one = contract_user(c, c->organization_key, "one@clinic.example"),
                two = contract_user(c, c->organization_key, "two@clinic.example");
    CHECK(!sees_user(c, before, one.id));
    CHECK(!sees_user(c, writing, one.id));
    CHECK_OK(user_writer_add(writing->uow.users, &one));
    CHECK(sees_user(c, writing, one.id));
    meanwhile = contract_begin(c);
    CHECK(!sees_user(c, meanwhile, one.id));
    CHECK_OK(user_writer_add(writing->uow.users, &two));
    contract_commit(writing);
    after = contract_begin(c);
    CHECK(sees_user(c, after, one.id) && sees_user(c, after, two.id));
    /* who had begun to read goes on with what there was */
    CHECK(!sees_user(c, before, one.id) && !sees_user(c, meanwhile, two.id));
    db_session_end(before);
    db_session_end(meanwhile);
    db_session_end(after);
}

CONTRACT(what_is_not_committed_was_never_there)
{
    struct db_session *s = contract_begin(c);
    struct user one = contract_user(c, c->organization_key, "one@clinic.example"), two = one;
    CHECK_OK(user_writer_add(s->uow.users, &one));
    db_session_end(s);
    s = contract_begin(c);
    CHECK(!sees_user(c, s, one.id));
    two.name = STR("Another");
    CHECK_OK(user_writer_add(s->uow.users, &two)); /* same id, same address */
    CHECK_INT(one.key, two.key);
    contract_commit(s);
    s = contract_begin(c);
    two.name = STR("Renamed");
    CHECK_OK(user_writer_save(s->uow.users, &two));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(user_reader_get(s->readers.users, &c->arena, c->organization_key, one.id, &one));
    CHECK_STR(STR("Another"), one.name);
    CHECK_INT(1, one.version);
    db_session_end(s);
    db_session_end(NULL);
}

CONTRACT(a_unit_sees_what_others_did_before_its_turn)
{
    struct db_session *s = contract_begin(c), *other = contract_begin(c);
    struct user one = contract_user(c, c->organization_key, "one@clinic.example"),
                two = contract_user(c, c->organization_key, "two@clinic.example");
    CHECK(!sees_user(c, s, one.id)); /* s has its view */
    CHECK_OK(user_writer_add(other->uow.users, &one));
    contract_commit(other);
    CHECK_OK(user_writer_add(s->uow.users, &two));
    CHECK(sees_user(c, s, one.id));
    contract_commit(s);
}

CONTRACT(a_unit_without_writes_costs_nothing)
{
    uint64_t commit_count = c->db->commit_count;
    struct db_session *s = contract_begin(c);
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    CHECK_INT(commit_count, c->db->commit_count);
    CHECK_OK(db_health(c->db));
}

CONTRACT(a_session_has_one_unit_after_the_other)
{
    struct db_session *s = contract_begin(c);
    struct user one = contract_user(c, c->organization_key, "one@clinic.example"),
                two = contract_user(c, c->organization_key, "two@clinic.example");
    CHECK_OK(user_writer_add(s->uow.users, &one));
    CHECK_OK(db_session_commit(s));
    CHECK_OK(user_writer_add(s->uow.users, &two));
    db_session_end(s);
    s = contract_begin(c);
    CHECK(sees_user(c, s, one.id) && !sees_user(c, s, two.id));
    db_session_end(s);
}

struct waiter {
    struct contract_db *c;
    struct user user;
    bool is_done;
};

static void *add_one(void *argument)
{
    struct waiter *w = argument;
    struct arena a = {0};
    struct db_session *s;
    CHECK_OK(db_session_begin(w->c->db, &a, clock_system(), &s));
    CHECK_OK(user_writer_add(s->uow.users, &w->user));
    __atomic_store_n(&w->is_done, true, __ATOMIC_SEQ_CST);
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    arena_deinit(&a);
    return NULL;
}

CONTRACT(two_writers_take_turns)
{
    struct waiter w = {c, contract_user(c, c->organization_key, "two@clinic.example"), false};
    struct user one = contract_user(c, c->organization_key, "one@clinic.example");
    struct db_session *s = contract_begin(c);
    pthread_t thread;
    CHECK_OK(user_writer_add(s->uow.users, &one));
    CHECK(pthread_create(&thread, NULL, add_one, &w) == 0);
    usleep(50000);
    CHECK(!__atomic_load_n(&w.is_done, __ATOMIC_SEQ_CST)); /* it waits */
    contract_commit(s);
    pthread_join(thread, NULL);
    CHECK_INT(one.key + 1, w.user.key);
    s = contract_begin(c);
    CHECK(sees_user(c, s, one.id) && sees_user(c, s, w.user.id));
    db_session_end(s);
}

enum { THREAD_COUNT = 8, UNIT_COUNT = 100 };

struct writer {
    struct contract_db *c;
    int number;
};

/* Two users come together or not at all. */
static err write_once(struct writer *w, struct arena *a, int unit, bool gives_up)
{
    struct db_session *s;
    err e = OK;
    CHECK_OK(db_session_begin(w->c->db, a, clock_system(), &s));
    for (int i = 0; i < 2 && !failed(e); i++) {
        struct user user = contract_user(w->c, w->c->organization_key, "");
        user.email = str_format(a, "%d-%d-%d@clinic.example", w->number, unit, i);
        e = user_writer_add(s->uow.users, &user);
    }
    if (!failed(e) && !gives_up)
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

/* Every fourth unit is given up. Those that share its transaction may have to come again, as the
 * mediator has them do. */
static void write_unit(struct writer *w, int unit)
{
    struct arena a = {0};
    err e = ERR(SERIALIZATION, "not begun");
    for (int i = 0; i < MEDIATOR_ATTEMPT_COUNT_MAX && e.code == ERR_SERIALIZATION; i++)
        e = write_once(w, &a, unit, unit % 4 == 0);
    CHECK_OK(e);
    arena_deinit(&a);
}

static void *write_units(void *argument)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        write_unit(argument, i);
    return NULL;
}

static int64_t count_users(struct contract_db *c, struct arena *a)
{
    const struct user_filter all = {.organization_key = c->organization_key, .limit = 1};
    struct db_session *s;
    struct user_slice found;
    int64_t total;
    CHECK_OK(db_session_begin(c->db, a, clock_system(), &s));
    CHECK_OK(user_reader_find(s->readers.users, a, &all, &found, &total));
    db_session_end(s);
    return total;
}

CONTRACT(many_writers_at_once_lose_nothing)
{
    pthread_t threads[THREAD_COUNT];
    struct writer writers[THREAD_COUNT];
    struct arena a = {0};
    int64_t seen = 0;
    for (int i = 0; i < THREAD_COUNT; i++) {
        writers[i] = (struct writer){c, i};
        CHECK(pthread_create(&threads[i], NULL, write_units, &writers[i]) == 0);
    }
    for (int i = 0; i < 50; i++) { /* a reader among them */
        int64_t now = count_users(c, &a);
        CHECK(now >= seen && now % 2 == 0);
        seen = now;
        arena_reset(&a);
    }
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(THREAD_COUNT * UNIT_COUNT * 2 * 3 / 4, count_users(c, &a));
    CHECK(c->db->commit_count <= c->db->unit_count);
    arena_deinit(&a);
}
