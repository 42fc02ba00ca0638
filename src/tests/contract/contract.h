/* What every engine behind struct db_context must do, said once and run over each of them.
 *
 * CONTRACT(name) { … } is a test that is run with an empty database c of two organizations, once
 * for each engine of the table in contract.c. */
#ifndef TESTS_CONTRACT_CONTRACT_H
#define TESTS_CONTRACT_CONTRACT_H

#include "infrastructure/memory/memory_context.h"
#include "infrastructure/postgres/database.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/folder.h"
#include "tests/test.h"

struct db_engine;

struct contract_db {
    const struct db_engine *engine;
    struct db_context *db;
    struct arena arena;
    struct manual_clock clock;
    int64_t organization_key, other_key;
    struct memory_context memory;
    struct sqlite_database sqlite;
    struct postgres_database postgres;
    char folder[TEST_PATH_SIZE];
};

struct db_engine {
    const char *name;
    const char *server; /* NULL, or the variable that tells its address: without it, no engine */
    void (*open)(struct contract_db *c);
    void (*close)(struct contract_db *c);
    /* Statements behind the back of the repositories; NULL where there is no such way. */
    err (*script)(struct contract_db *c, const char *sql);
};
extern const struct db_engine db_engines[];
extern size_t db_engine_count; /* without those whose server is not there */

/* Opens the engine and makes two organizations. */
void contract_open(struct contract_db *c, const struct db_engine *engine);
void contract_close(struct contract_db *c);

struct db_session *contract_begin(struct contract_db *c);
/* Commits and ends. */
void contract_commit(struct db_session *s);

void contract_register(const char *name, CMUnitTestFunction run);
#define CONTRACT(name_)                                                                            \
    static void contract_##name_(struct contract_db *c);                                           \
    static void run_##name_(void **state)                                                          \
    {                                                                                              \
        struct contract_db c;                                                                      \
        contract_open(&c, *state);                                                                 \
        contract_##name_(&c);                                                                      \
        contract_close(&c);                                                                        \
    }                                                                                              \
    __attribute__((constructor)) static void register_##name_(void)                                \
    {                                                                                              \
        contract_register(#name_, run_##name_);                                                    \
    }                                                                                              \
    static void contract_##name_(struct contract_db *c)

/* Fails: the first engine said one thing, and the one of that number another. */
void contract_differ(str where, str first, size_t engine, str other);

/* A user, a session and an audit event that nothing is wrong with; not added yet. */
struct user contract_user(struct contract_db *c, int64_t organization_key, const char *email);
struct session contract_session(struct contract_db *c, const struct user *user);
struct audit_event contract_event(struct contract_db *c, int64_t organization_key,
                                  const char *action);

#endif
