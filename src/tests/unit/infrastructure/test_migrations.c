/* Migrations that are killed, run twice at once, and run under an old program that still serves:
 * over SQLite, and over PostgreSQL where GANTRY_TEST_POSTGRES_URL tells of one. The steps are made
 * up: a script, two with batches, one of which would show if a batch came twice. */
#include "base/log.h"
#include "infrastructure/postgres/database.h"
#include "infrastructure/sql/migrate.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROW_COUNT = 2500, PROGRAM_COUNT = 4, OLD_ROW_COUNT_MAX = 400, LOCK_MS = 5000 };

/* What an old program adds meanwhile is for the trigger. */
static const char doubled_sqlite[] =
    "ALTER TABLE things ADD COLUMN doubled INTEGER;"
    "CREATE TRIGGER double_thing AFTER INSERT ON things BEGIN "
    "UPDATE things SET doubled = new.n * 2 WHERE key = new.key; END;";
static const char doubled_postgresql[] =
    "ALTER TABLE things ADD COLUMN doubled BIGINT;"
    "CREATE FUNCTION double_thing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "new.doubled = new.n * 2; RETURN new; END $$;"
    "CREATE TRIGGER double_thing BEFORE INSERT ON things FOR EACH ROW "
    "EXECUTE FUNCTION double_thing();";

static const struct migration steps[] = {
    {1,
     "things",
     {"CREATE TABLE things(key {number} PRIMARY KEY, name {text} NOT NULL, n {number} NOT "
      "NULL){end};"},
     NULL,
     NULL},
    {2,
     "doubled",
     {doubled_sqlite, doubled_postgresql},
     "things",
     "UPDATE things SET doubled = n * 2 WHERE key > ?1 AND key <= ?2"},
    {3,
     "others",
     {"CREATE INDEX things_by_name ON things(name); CREATE TABLE others(thing {number} NOT "
      "NULL){end};"},
     NULL,
     NULL},
    {4,
     "one other for each",
     {"CREATE INDEX others_by_thing ON others(thing);"},
     "things",
     "INSERT INTO others(thing) SELECT key FROM things WHERE key > ?1 AND key <= ?2"},
};
enum { STEP_COUNT = COUNT_OF(steps) };

/* Of steps there are many here. */
__attribute__((constructor)) static void be_quiet(void)
{
    log_configure(LOG_WARN, LOG_TEXT, STDERR_FILENO);
}

/* A database, and an engine on it while it is open. */
struct place {
    bool is_postgres;
    char folder[TEST_PATH_SIZE], path[TEST_PATH_SIZE + 64];
    struct arena arena;
    struct sqlite_database sqlite;
    struct postgres_database postgres;
    struct sql_engine *engine;
};

static void place_open(struct place *p)
{
    p->engine = p->is_postgres ? &p->postgres.engine : &p->sqlite.engine;
    if (p->is_postgres)
        CHECK_OK(postgres_database_open(&p->postgres, str_of(p->path)));
    else
        CHECK_OK(sqlite_database_open(&p->sqlite, str_of(p->path)));
}

static void place_close(struct place *p)
{
    sqlite_database_close(&p->sqlite);
    postgres_database_close(&p->postgres);
    arena_deinit(&p->arena);
}

static void run_on_server(str url, const char *sql)
{
    struct postgres_database db;
    CHECK_OK(postgres_database_open(&db, url));
    CHECK_OK(sql_script(&db.engine, sql));
    postgres_database_close(&db);
}

/* The database that is free again: to make one takes many times as long as to empty it. */
static char spare[sizeof((struct place *)0)->path];

static void postgres_place_make(struct place *p)
{
    static int number;
    char sql[128];
    str server = str_of(getenv("GANTRY_TEST_POSTGRES_URL")), url = server;
    if (spare[0] != '\0') {
        memcpy(p->path, spare, sizeof spare);
        spare[0] = '\0';
        return;
    }
    while (url.ptr[url.len - 1] != '/')
        url.len--;
    snprintf(sql, sizeof sql, "CREATE DATABASE migrations_%d", ++number);
    run_on_server(server, sql);
    snprintf(p->path, sizeof p->path, "%.*smigrations_%d", STR_ARG(url), number);
}

/* An empty database of its own. */
static void place_make(struct place *p, bool is_postgres)
{
    *p = (struct place){.is_postgres = is_postgres};
    if (is_postgres) {
        postgres_place_make(p);
        return;
    }
    temporary_template(p->folder, "migrations");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/test.db", p->folder);
}

static void place_remove(struct place *p)
{
    char command[TEST_PATH_SIZE + 64];
    if (p->is_postgres) {
        run_on_server(str_of(p->path), "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        memcpy(spare, p->path, sizeof spare);
        return;
    }
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    CHECK(system(command) == 0);
}

static int migrate(struct place *p, size_t count)
{
    int applied;
    CHECK_OK(sql_migrate(p->engine, &p->arena, steps, count, &applied));
    return applied;
}

/* The first step and rows whose keys have holes. */
static void place_fill(struct place *p)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
             "INSERT INTO things(key, name, n) SELECT i * 3, 'thing ' || i, i FROM c",
             ROW_COUNT);
    place_open(p);
    CHECK_INT(1, migrate(p, 1));
    CHECK_OK(sql_script(p->engine, sql));
    place_close(p);
}

static int64_t number_of(struct place *p, const char *sql)
{
    struct sql_connection *c;
    CHECK_OK(sql_read_begin(p->engine, &c));
    struct statement s = {0};
    bool has_row;
    CHECK_OK(statement_prepare(c, str_of(sql), &s));
    CHECK_OK(statement_step(&s, &has_row));
    int64_t number = statement_column_i64(&s, 0);
    statement_end(&s);
    sql_read_end(p->engine, c);
    return number;
}

static void check_migrated(struct place *p, int64_t row_count)
{
    CHECK_INT(STEP_COUNT, number_of(p, "SELECT count(*) FROM schema_migrations"));
    CHECK_INT(row_count, number_of(p, "SELECT count(*) FROM things WHERE doubled = n * 2"));
    CHECK_INT(row_count, number_of(p, "SELECT count(*) FROM things"));
}

static void check_as_undisturbed(struct place *p)
{
    check_migrated(p, ROW_COUNT);
    CHECK_INT(ROW_COUNT, number_of(p, "SELECT count(*) FROM others"));
    CHECK_INT(ROW_COUNT, number_of(p, "SELECT count(DISTINCT thing) FROM others"));
}

/* The n-th thing that is asked of the engine is the last: the process is killed before it. */
static struct {
    long left;
    const struct sql_engine_ops *engine;
    const struct statement_ops *statements;
} killer;

static void count_down(void)
{
    if (killer.left-- == 0)
        (void)kill(getpid(), SIGKILL);
}

static err counted_step(struct statement *s, bool *has_row)
{
    count_down();
    return killer.statements->step(s, has_row);
}

static err counted_begin(struct sql_engine *e)
{
    count_down();
    return killer.engine->begin(e);
}

static err counted_release(struct sql_engine *e)
{
    count_down();
    return killer.engine->release(e);
}

static err counted_commit(struct sql_engine *e)
{
    count_down();
    err outcome = killer.engine->commit(e);
    count_down();
    return outcome;
}

static err counted_script(struct sql_engine *e, const char *sql)
{
    count_down();
    err outcome = killer.engine->script(e, sql);
    count_down();
    return outcome;
}

static void kill_at(struct sql_engine *e, long n)
{
    static struct sql_engine_ops ops;
    static struct statement_ops statements;
    killer.left = n;
    killer.engine = e->ops;
    killer.statements = e->ops->statements;
    statements = *e->ops->statements;
    statements.step = counted_step;
    ops = *e->ops;
    ops.statements = &statements;
    ops.begin = counted_begin;
    ops.release = counted_release;
    ops.commit = counted_commit;
    ops.script = counted_script;
    e->ops = &ops;
}

/* True when the migration came to its end before the n-th thing. */
static bool migrate_and_die(struct place *p, long n)
{
    int status = 0, applied;
    pid_t child = fork();
    if (child == 0) {
        place_open(p);
        kill_at(p->engine, n);
        err e = sql_migrate(p->engine, &p->arena, steps, STEP_COUNT, &applied);
        _exit(failed(e) ? 1 : 0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
          (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFEXITED(status);
}

static void check_killed_everywhere(bool is_postgres)
{
    bool finished = false;
    long n = 0;
    for (; !finished; n++) {
        struct place p;
        place_make(&p, is_postgres);
        place_fill(&p);
        finished = migrate_and_die(&p, n);
        place_open(&p);
        (void)migrate(&p, STEP_COUNT);
        check_as_undisturbed(&p);
        CHECK_INT(0, migrate(&p, STEP_COUNT));
        place_close(&p);
        place_remove(&p);
    }
    CHECK(n > 40);
    print_message("killed at %ld places\n", n - 1);
}

/* They wait for each other's start; each tells how many steps it did. */
static void check_at_once(bool is_postgres, bool is_filled)
{
    struct place p;
    int start[2], told[2], sum = 0, status;
    char byte;
    CHECK(pipe(start) == 0 && pipe(told) == 0);
    place_make(&p, is_postgres);
    if (is_filled)
        place_fill(&p);
    for (int i = 0; i < PROGRAM_COUNT; i++) {
        if (fork() != 0)
            continue;
        int applied = 0;
        place_open(&p);
        close(start[1]);
        ssize_t got = read(start[0], &byte, 1); /* the end: all are there */
        err e = sql_migrate(p.engine, &p.arena, steps, STEP_COUNT, &applied);
        if (failed(e))
            fprintf(stderr, "%s from %s\n", e.text, e.where);
        bool wrote = write(told[1], &applied, sizeof applied) == sizeof applied;
        _exit(failed(e) || got != 0 || !wrote);
    }
    close(start[0]);
    close(start[1]);
    for (int i = 0; i < PROGRAM_COUNT; i++) {
        int applied;
        CHECK(read(told[0], &applied, sizeof applied) == sizeof applied);
        CHECK(wait(&status) > 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        sum += applied;
    }
    close(told[0]);
    close(told[1]);
    CHECK_INT(is_filled ? STEP_COUNT - 1 : STEP_COUNT, sum);
    place_open(&p);
    if (is_filled)
        check_as_undisturbed(&p);
    place_close(&p);
    place_remove(&p);
}

/* The old program: adds a row in a hole between the others, and reads. */
struct old_program {
    struct place *place;
    bool stopping;
    int added_count;
    uint64_t slowest_ns;
};

static err add_thing(struct sql_engine *e, int64_t number)
{
    CLEANUP(statement_end) struct statement s = {0};
    struct sql_unit unit = {.engine = e};
    struct sql_connection *c;
    TRY(sql_unit_begin(&unit, &c));
    err outcome = statement_begin(c, "INSERT INTO things(key, name, n) VALUES (?1, 'old', ?2)", &s);
    if (!failed(outcome)) {
        statement_bind_i64(&s, 1, number * 3 + 1);
        statement_bind_i64(&s, 2, number);
        outcome = statement_run(&s);
    }
    statement_end(&s);
    if (!failed(outcome))
        return sql_unit_commit(&unit);
    sql_unit_rollback(&unit);
    return outcome;
}

static void *serve_meanwhile(void *argument)
{
    struct old_program *o = argument;
    while (!__atomic_load_n(&o->stopping, __ATOMIC_ACQUIRE) && o->added_count < OLD_ROW_COUNT_MAX) {
        uint64_t begin = monotonic_ns();
        CHECK_OK(
            add_thing(o->place->engine, o->added_count * 5 % ROW_COUNT + o->added_count / 500));
        o->added_count++;
        CHECK(number_of(o->place, "SELECT count(*) FROM things") >= ROW_COUNT + o->added_count);
        uint64_t took = monotonic_ns() - begin;
        if (took > o->slowest_ns)
            o->slowest_ns = took;
    }
    return NULL;
}

static void check_under_an_old_program(bool is_postgres)
{
    struct place new, old;
    struct old_program o = {.place = &old};
    pthread_t thread;
    place_make(&new, is_postgres);
    place_fill(&new);
    old = new;
    place_open(&old);
    CHECK_INT(0, migrate(&old, 1));
    CHECK(pthread_create(&thread, NULL, serve_meanwhile, &o) == 0);
    place_open(&new);
    CHECK_INT(STEP_COUNT - 1, migrate(&new, STEP_COUNT));
    usleep(100000);
    __atomic_store_n(&o.stopping, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    print_message("the old program added %d rows, none slower than %.0f ms\n", o.added_count,
                  (double)o.slowest_ns / 1e6);
    CHECK(o.added_count > 0 && o.slowest_ns < LOCK_MS * (uint64_t)1000000);
    check_migrated(&new, ROW_COUNT + o.added_count);
    place_close(&old);
    place_close(&new);
    place_remove(&new);
}

static void check_newer_is_refused(bool is_postgres)
{
    struct place p;
    int applied;
    place_make(&p, is_postgres);
    place_open(&p);
    CHECK_INT(STEP_COUNT, migrate(&p, STEP_COUNT));
    err e = sql_migrate(p.engine, &p.arena, steps, STEP_COUNT - 1, &applied);
    CHECK_ERR(CONFLICT, e);
    CHECK_STR(STR("the database has schema 4, this program knows only 3: use a newer program"),
              str_of(e.text));
    place_close(&p);
    place_remove(&p);
}

/* Each over SQLite, and over PostgreSQL where there is one. */
#define ON_EACH_ENGINE(...)                                                                        \
    for (int is_postgres = 0; is_postgres <= (getenv("GANTRY_TEST_POSTGRES_URL") != NULL);         \
         is_postgres++)                                                                            \
    __VA_ARGS__

TEST(killed_before_anything_it_goes_on)
{
    ON_EACH_ENGINE(check_killed_everywhere(is_postgres));
}

TEST(of_programs_that_start_at_once_one_does_each_step)
{
    ON_EACH_ENGINE(for (int i = 0; i < 5; i++) {
        check_at_once(is_postgres, false);
        check_at_once(is_postgres, true);
    });
}

TEST(an_old_program_serves_meanwhile)
{
    ON_EACH_ENGINE(check_under_an_old_program(is_postgres));
}

TEST(a_newer_schema_is_refused)
{
    ON_EACH_ENGINE(check_newer_is_refused(is_postgres));
}

TEST_MAIN("migrations")
