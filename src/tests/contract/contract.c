/* The engines, and how each of them begins and ends. */
#include "tests/contract/contract.h"

#include "base/log.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>

/* Of migrations and refused statements there are many here. */
__attribute__((constructor)) static void be_quiet(void)
{
    log_configure(getenv("CONTRACT_LOG") != NULL ? LOG_WARN : LOG_ERROR, LOG_TEXT, 2);
}

static void memory_open(struct contract_db *c)
{
    memory_context_init(&c->memory);
    c->db = &c->memory.base;
}

static void memory_close(struct contract_db *c)
{
    memory_context_deinit(&c->memory);
}

static void sqlite_open(struct contract_db *c)
{
    temporary_template(c->folder, "contract");
    assert_non_null(mkdtemp(c->folder));
    CHECK_OK(
        sqlite_context_open(&c->sqlite, &c->arena, str_format(&c->arena, "%s/test.db", c->folder)));
    c->db = &c->sqlite.engine.base;
}

static void sqlite_close(struct contract_db *c)
{
    char command[TEST_PATH_SIZE + 64];
    sqlite_database_close(&c->sqlite);
    snprintf(command, sizeof command, "rm -rf %s", c->folder);
    CHECK(system(command) == 0);
}

static err sqlite_script(struct contract_db *c, const char *sql)
{
    return sql_script(&c->sqlite.engine, sql);
}

static str url_of(struct contract_db *c, const char *database)
{
    str url = str_of(getenv("GANTRY_TEST_POSTGRES_URL"));
    while (url.ptr[url.len - 1] != '/')
        url.len--;
    return str_format(&c->arena, "%.*s%s", STR_ARG(url), database);
}

static void run_on_server(struct contract_db *c, str sql)
{
    CHECK_OK(postgres_database_open(&c->postgres, str_of(getenv("GANTRY_TEST_POSTGRES_URL"))));
    CHECK_OK(sql_script(&c->postgres.engine, str_cstr(&c->arena, sql)));
    postgres_database_close(&c->postgres);
}

/* One server for all tests of the run; each opens a database of its own, a copy of one that was
 * migrated once: all migrations together take longer than most tests. */
static void postgres_open(struct contract_db *c)
{
    static int number;
    if (number++ == 0) {
        run_on_server(c, STR("CREATE DATABASE contract"));
        CHECK_OK(postgres_context_open(&c->postgres, &c->arena, url_of(c, "contract")));
        postgres_database_close(&c->postgres);
    }
    str name = str_format(&c->arena, "contract_%d", number);
    run_on_server(c,
                  str_format(&c->arena, "CREATE DATABASE %.*s TEMPLATE contract", STR_ARG(name)));
    CHECK_OK(postgres_context_open(&c->postgres, &c->arena, url_of(c, str_cstr(&c->arena, name))));
    c->db = &c->postgres.engine.base;
}

static void postgres_close(struct contract_db *c)
{
    postgres_database_close(&c->postgres);
}

static err run_on_postgres(struct contract_db *c, const char *sql)
{
    return sql_script(&c->postgres.engine, sql);
}

/* Those with a server last. */
const struct db_engine db_engines[] = {
    {.name = "memory", .open = memory_open, .close = memory_close},
    {.name = "sqlite", .open = sqlite_open, .close = sqlite_close, .script = sqlite_script},
    {.name = "postgresql",
     .server = "GANTRY_TEST_POSTGRES_URL",
     .open = postgres_open,
     .close = postgres_close,
     .script = run_on_postgres},
};
size_t db_engine_count = COUNT_OF(db_engines);

/* Before the tests register themselves. */
__attribute__((constructor(101))) static void leave_out(void)
{
    while (db_engines[db_engine_count - 1].server != NULL &&
           getenv(db_engines[db_engine_count - 1].server) == NULL)
        db_engine_count--;
}

static int64_t make_organization(struct contract_db *c, const char *name)
{
    struct db_session *s = contract_begin(c);
    instant now = clock_now(&c->clock.base);
    struct organization o = {.id = uuid_make(&c->clock.base),
                             .created_at = now,
                             .updated_at = now,
                             .name = str_of(name)};
    CHECK_OK(organization_writer_add(s->uow.organizations, &o));
    contract_commit(s);
    return o.key;
}

void contract_open(struct contract_db *c, const struct db_engine *engine)
{
    *c = (struct contract_db){.engine = engine};
    manual_clock_init(&c->clock, (instant){SECONDS(1750000000)});
    engine->open(c);
    c->organization_key = make_organization(c, "St. Mary's");
    c->other_key = make_organization(c, "Charité");
}

void contract_close(struct contract_db *c)
{
    c->engine->close(c);
    arena_deinit(&c->arena);
}

struct db_session *contract_begin(struct contract_db *c)
{
    struct db_session *s;
    CHECK_OK(db_session_begin(c->db, &c->arena, &c->clock.base, &s));
    return s;
}

void contract_commit(struct db_session *s)
{
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

void contract_register(const char *name, CMUnitTestFunction run)
{
    static char names[TEST_COUNT_MAX][96];
    for (size_t i = 0; i < db_engine_count; i++) {
        assert(test_count < TEST_COUNT_MAX);
        snprintf(names[test_count], sizeof names[0], "%s (%s)", name, db_engines[i].name);
        test_list[test_count] = (struct CMUnitTest){
            .name = names[test_count], .test_func = run, .initial_state = (void *)&db_engines[i]};
        test_count++;
    }
}

void contract_differ(str where, str first, size_t engine, str other)
{
    size_t same = 0;
    while (same < first.len && same < other.len && first.ptr[same] == other.ptr[same])
        same++;
    size_t from = same > 200 ? same - 200 : 0; /* cmocka's own messages have a limit */
    first = str_sub(first, from, same + 400);
    other = str_sub(other, from, same + 400);
    fail_msg("%.*s\n%s: ...%.*s\n%s: ...%.*s", STR_ARG(str_sub(where, 0, 300)), db_engines[0].name,
             STR_ARG(first), db_engines[engine].name, STR_ARG(other));
}

struct user contract_user(struct contract_db *c, int64_t organization_key, const char *email)
{
    instant now = clock_now(&c->clock.base);
    return (struct user){.id = uuid_make(&c->clock.base),
                         .organization_key = organization_key,
                         .created_at = now,
                         .updated_at = now,
                         .email = str_of(email),
                         .name = STR("Ada Lovelace"),
                         .role = ROLE_RADIOLOGIST,
                         .is_active = true,
                         .password_hash = STR("plain:correct horse")};
}

struct session contract_session(struct contract_db *c, const struct user *user)
{
    instant now = clock_now(&c->clock.base);
    return (struct session){.id = uuid_make(&c->clock.base),
                            .organization_key = user->organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .user_key = user->key,
                            .user_id = user->id,
                            .generation = 1,
                            .expires_at = instant_add(now, SECONDS(SESSION_SECONDS)),
                            .peer_address = STR("192.0.2.7")};
}

struct audit_event contract_event(struct contract_db *c, int64_t organization_key,
                                  const char *action)
{
    return (struct audit_event){.id = uuid_make(&c->clock.base),
                                .organization_key = organization_key,
                                .created_at = clock_now(&c->clock.base),
                                .action = str_of(action),
                                .outcome = STR("OK"),
                                .request_id = STR("r-1"),
                                .count = 1};
}
