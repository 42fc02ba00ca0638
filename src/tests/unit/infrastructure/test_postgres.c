/* The corners of the PostgreSQL engine: what fails on the way, what is left lying, what is too
 * much. Most need a server, GANTRY_TEST_POSTGRES_URL. */
#include "base/log.h"
#include "infrastructure/postgres/database.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void be_quiet(void)
{
    log_configure(LOG_ERROR, LOG_TEXT, STDERR_FILENO);
}

struct fixture {
    struct arena arena;
    struct postgres_database db;
    struct sql_engine *engine;
};

static void fixture_open(struct fixture *f)
{
    const char *url = getenv("GANTRY_TEST_POSTGRES_URL");
    *f = (struct fixture){0};
    if (url == NULL)
        skip();
    f->engine = &f->db.engine;
    CHECK_OK(postgres_database_open(&f->db, str_of(url)));
    CHECK_OK(sql_script(f->engine,
                        "DROP TABLE IF EXISTS numbers; CREATE TABLE numbers(n BIGINT PRIMARY KEY, "
                        "later BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)"));
}

static void fixture_close(struct fixture *f)
{
    postgres_database_close(&f->db);
    arena_deinit(&f->arena);
}

static err add(struct sql_connection *c, int64_t n, int64_t later)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, "INSERT INTO numbers(n, later) VALUES (?1, ?2)", &s));
    statement_bind_i64(&s, 1, n);
    statement_bind_i64(&s, 2, later);
    return statement_run_later(&s);
}

static int64_t ask_number(struct sql_connection *c, const char *sql)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    CHECK_OK(statement_prepare(c, str_of(sql), &s));
    CHECK_OK(statement_step(&s, &has_row));
    return statement_column_i64(&s, 0);
}

static int64_t count_numbers(struct fixture *f)
{
    struct sql_connection *c;
    CHECK_OK(sql_read_begin(f->engine, &c));
    int64_t count = ask_number(c, "SELECT count(*) FROM numbers");
    sql_read_end(f->engine, c);
    return count;
}

TEST(a_view_that_does_not_begin_is_nobodys)
{
    struct postgres_database db;
    struct sql_connection *c = NULL;
    CHECK_OK(postgres_database_open(&db, STR("postgresql://gantry@127.0.0.1:1/gantry")));
    CHECK_ERR(UNAVAILABLE, sql_read_begin(&db.engine, &c));
    CHECK(c == NULL);
    postgres_database_close(&db);
}

static void take_first_row(struct sql_connection *c, const char *sql)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    CHECK_OK(statement_prepare(c, str_of(sql), &s));
    statement_stream(&s);
    CHECK_OK(statement_step(&s, &has_row));
    CHECK(has_row);
}

TEST(rows_left_lying_do_not_cost_the_unit)
{
    struct fixture f;
    struct sql_connection *c;
    fixture_open(&f);
    struct sql_unit unit = {.engine = f.engine};
    CHECK_OK(sql_unit_begin(&unit, &c));
    CHECK_OK(add(c, 1, 1));
    take_first_row(c, "SELECT generate_series(1, 2000)");
    CHECK_OK(add(c, 2, 2));
    CHECK_OK(sql_unit_commit(&unit));
    CHECK_INT(2, count_numbers(&f));
    fixture_close(&f);
}

TEST(a_great_many_cost_one_connection)
{
    struct fixture f;
    struct sql_connection *c;
    fixture_open(&f);
    uint64_t generation = f.db.generation;
    CHECK_OK(sql_read_begin(f.engine, &c));
    take_first_row(c, "SELECT generate_series(1, 5000000)");
    sql_read_end(f.engine, c);
    CHECK_INT(generation, f.db.generation);
    CHECK_INT(0, count_numbers(&f));
    fixture_close(&f);
}

TEST(what_is_too_large_is_refused_before_it_is_sent)
{
    struct fixture f;
    struct sql_connection *c;
    fixture_open(&f);
    CHECK_OK(sql_read_begin(f.engine, &c));
    struct statement s = {0};
    bool has_row;
    CHECK_OK(statement_begin(c, "SELECT length(?1)", &s));
    statement_bind_str(&s, 1, (str){"x", (size_t)POSTGRES_BYTES_MAX + 1});
    CHECK_ERR(TOO_LARGE, statement_step(&s, &has_row));
    statement_end(&s);
    CHECK_OK(statement_begin(c, "SELECT length(?1)", &s));
    statement_bind_i64(&s, POSTGRES_PARAMETER_COUNT_MAX + 1, 1);
    CHECK_ERR(TOO_LARGE, statement_step(&s, &has_row));
    statement_end(&s);
    CHECK_OK(statement_begin(c, "SELECT CAST(length(?1) AS bigint)", &s));
    statement_bind_str(&s, 1, STR("three"));
    CHECK_OK(statement_step(&s, &has_row));
    CHECK_INT(5, statement_column_i64(&s, 0));
    statement_end(&s);
    sql_read_end(f.engine, c);
    fixture_close(&f);
}

/* More than may be on their way at once, and more texts than a connection keeps. */
TEST(a_long_unit_with_an_error_in_the_middle_leaves_nothing)
{
    struct fixture f;
    struct sql_connection *c;
    fixture_open(&f);
    for (int round = 0; round < 2; round++) {
        struct sql_unit unit = {.engine = f.engine};
        err failure = OK;
        CHECK_OK(sql_unit_begin(&unit, &c));
        for (int i = 0; i < 1500 && !failed(failure); i++) {
            CLEANUP(statement_end) struct statement s = {0};
            failure = statement_prepare(c, str_format(&f.arena, "SELECT %d", i), &s);
            if (!failed(failure))
                failure = statement_run_later(&s);
            if (!failed(failure))
                failure = add(c, round == 0 && i == 700 ? 3 : i, i);
        }
        if (round == 0) {
            failure = failed(failure) ? failure : sql_unit_commit(&unit);
            sql_unit_rollback(&unit);
            CHECK_ERR(CONFLICT, failure);
            CHECK_INT(0, count_numbers(&f));
        } else {
            CHECK_OK(failure);
            CHECK_OK(sql_unit_commit(&unit));
            CHECK_INT(1500, count_numbers(&f));
        }
    }
    fixture_close(&f);
}

TEST(a_commit_that_is_refused_leaves_nothing_open)
{
    struct fixture f;
    struct sql_connection *c;
    fixture_open(&f);
    struct sql_unit unit = {.engine = f.engine};
    CHECK_OK(sql_unit_begin(&unit, &c));
    CHECK_OK(add(c, 1, 7));
    CHECK_OK(add(c, 2, 7));
    CHECK_ERR(CONFLICT, sql_unit_commit(&unit));
    CHECK_OK(sql_unit_begin(&unit, &c));
    CHECK_OK(add(c, 3, 8));
    CHECK_OK(sql_unit_commit(&unit));
    CHECK_INT(1, count_numbers(&f));
    CHECK_OK(sql_read_begin(f.engine, &c));
    CHECK_INT(0, ask_number(c, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
    sql_read_end(f.engine, c);
    fixture_close(&f);
}

/* A session that is ended in the middle: what its unit wrote is gone, and the next one goes on. */
TEST(a_unit_whose_session_is_ended_is_a_lost_race)
{
    struct fixture f;
    struct sql_connection *c, *other;
    fixture_open(&f);
    struct sql_unit unit = {.engine = f.engine};
    CHECK_OK(sql_unit_begin(&unit, &c));
    CHECK_OK(add(c, 1, 1));
    int64_t process = ask_number(c, "SELECT CAST(pg_backend_pid() AS bigint)");
    CHECK_OK(sql_read_begin(f.engine, &other));
    const char *end =
        str_cstr(&f.arena, str_format(&f.arena, "SELECT CAST(pg_terminate_backend(%lld) AS int)",
                                      (long long)process));
    CHECK_INT(1, ask_number(other, end));
    sql_read_end(f.engine, other);
    usleep(50000);
    CHECK_OK(add(c, 2, 2)); /* not waited for */
    CHECK_ERR(SERIALIZATION, sql_unit_commit(&unit));
    CHECK_OK(sql_unit_begin(&unit, &c));
    CHECK_OK(add(c, 3, 3));
    CHECK_OK(sql_unit_commit(&unit));
    CHECK_INT(1, count_numbers(&f));
    fixture_close(&f);
}

struct latecomer {
    struct sql_engine *engine;
    err outcome;
};

static void *come_late(void *argument)
{
    struct latecomer *l = argument;
    struct sql_unit unit = {.engine = l->engine};
    struct sql_connection *c;
    l->outcome = sql_unit_begin(&unit, &c);
    sql_unit_rollback(&unit);
    return NULL;
}

TEST(whoever_waits_too_long_for_the_turn_is_refused)
{
    struct fixture f;
    struct sql_connection *c;
    pthread_t threads[3];
    struct latecomer latecomers[3];
    fixture_open(&f);
    struct sql_unit unit = {.engine = f.engine};
    CHECK_OK(sql_unit_begin(&unit, &c));
    uint64_t begin = monotonic_ns();
    for (int i = 0; i < 3; i++) {
        latecomers[i] = (struct latecomer){.engine = f.engine};
        CHECK(pthread_create(&threads[i], NULL, come_late, &latecomers[i]) == 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        CHECK_ERR(UNAVAILABLE, latecomers[i].outcome);
    }
    CHECK(monotonic_ns() - begin < (SQL_TURN_WAIT_MS + 1000) * (uint64_t)1000000);
    sql_unit_rollback(&unit);
    come_late(&latecomers[0]);
    CHECK_OK(latecomers[0].outcome);
    fixture_close(&f);
}

TEST_MAIN("postgres")
