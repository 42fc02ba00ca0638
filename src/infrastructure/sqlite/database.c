/* Connections, and the writer's transactions. */
#include "infrastructure/sqlite/database.h"

#include "base/arena.h"
#include "base/log.h"
#include "infrastructure/migrations/migrations.h"
#include "infrastructure/sql/session.h"
#include "infrastructure/sqlite/functions.h"

#include <sqlite3.h>
#include <time.h>

err sqlite_error(struct sqlite3 *handle, int code, const char *where)
{
    if (code != SQLITE_CONSTRAINT && code != SQLITE_BUSY)
        log_event(LOG_WARN, "sqlite", "code=%d where=%s text=\"%s\"", code, where,
                  handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return (err){ERR_CONFLICT, "it is there already", where};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return (err){ERR_SERIALIZATION, "the database is busy", where};
    case SQLITE_FULL:
        return (err){ERR_NO_SPACE, "the disk is full", where};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return (err){ERR_UNAVAILABLE, "the database cannot be used", where};
    default:
        return (err){ERR_INTERNAL, "the database refused a statement", where};
    }
}

static err run(struct sqlite_connection *c, const char *sql)
{
    int code = sqlite3_exec(c->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : SQLITE_ERR(c->handle, code);
}

/* SQLite does not wait for another program that is just making the same file into one with a WAL.
 */
static err run_patiently(struct sqlite_connection *c, const char *sql)
{
    const struct timespec pause = {0, SQLITE_PAUSE_MS * 1000000L};
    uint64_t deadline = monotonic_ns() + (uint64_t)SQLITE_BUSY_MS * 1000000;
    err e;
    while ((e = run(c, sql)).code == ERR_SERIALIZATION && monotonic_ns() < deadline)
        nanosleep(&pause, NULL);
    return e;
}

/* Nobody asks SQLite how much memory it has; to count it, all threads would take turns at one lock
 * for every piece of it. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static err connection_open(struct sqlite_database *db, struct sqlite_connection *c, bool writes)
{
    c->base.engine = &db->engine;
    int flags = SQLITE_OPEN_NOMUTEX |
                (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    int code = sqlite3_open_v2(db->path, &c->handle, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite_functions_add(c->handle);
    if (code != SQLITE_OK) {
        err e = SQLITE_ERR(c->handle, code);
        sqlite3_close(c->handle);
        c->handle = NULL;
        return e;
    }
    sqlite3_busy_timeout(c->handle, SQLITE_BUSY_MS);
    sqlite3_extended_result_codes(c->handle, 0);
    sqlite3_db_config(c->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    char pragmas[256];
    sqlite3_snprintf(sizeof pragmas, pragmas,
                     "%sPRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA "
                     "cache_size=-%d;PRAGMA temp_store=MEMORY;"
                     "PRAGMA mmap_size=268435456;",
                     writes ? "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=4000;" : "",
                     writes ? SQLITE_WRITER_CACHE_KIB : SQLITE_READER_CACHE_KIB);
    return run_patiently(c, pragmas);
}

static void connection_close(struct sqlite_connection *c)
{
    sqlite_statements_close(c);
    sqlite3_close(c->handle);
    c->handle = NULL; /* is_checked_out is the pool's, under its lock */
    memset(c->constants, 0, sizeof c->constants);
    memset(c->built, 0, sizeof c->built);
}

static const struct sql_engine_ops engine_ops;
/* "GANT" in the file's header */
static const char migrations_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS schema_batches("
    "number INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;"
    "PRAGMA application_id=1195462228";
/* key: of a row; serial: one that only ever grows; first: behind an indexed column that may be
 * NULL; end: behind a table. */
static const struct sql_name names[] = {{"key", "INTEGER PRIMARY KEY"},
                                        {"serial", "INTEGER PRIMARY KEY AUTOINCREMENT"},
                                        {"number", "INTEGER"},
                                        {"text", "TEXT"},
                                        {"bytes", "BLOB"},
                                        {"id", "BLOB"},
                                        {"first", ""},
                                        {"end", " STRICT"},
                                        {NULL, NULL}};
static const struct sql_dialect dialect = {.language = SQL_SQLITE,
                                           .names = names,
                                           .migrations_table = migrations_table,
                                           .like = "LIKE",
                                           .position = "instr",
                                           .skip_locked = "",
                                           .explain = "EXPLAIN QUERY PLAN ",
                                           .explain_column = 3,
                                           .among_before = " IN (SELECT value FROM json_each(",
                                           .among_behind = "))",
                                           .list_brackets = "[]",
                                           .has_search_table = true};

err sqlite_database_open(struct sqlite_database *db, str path)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    *db = (struct sqlite_database){0};
    sql_engine_init(&db->engine, &engine_ops, &dialect);
    pthread_mutex_init(&db->readers_lock, NULL);
    pthread_cond_init(&db->reader_free, NULL);
    db->path = heap_alloc(path.len + 1);
    memcpy(db->path, path.ptr, path.len);
    return connection_open(db, &db->writer, true);
}

void sqlite_database_close(struct sqlite_database *db)
{
    if (db->path == NULL)
        return;
    for (size_t i = 0; i < SQLITE_READER_COUNT_MAX; i++)
        if (db->readers[i].handle != NULL)
            connection_close(&db->readers[i]);
    if (db->writer.handle != NULL)
        connection_close(&db->writer);
    heap_free(db->path);
    pthread_mutex_destroy(&db->readers_lock);
    pthread_cond_destroy(&db->reader_free);
    sql_engine_deinit(&db->engine);
    *db = (struct sqlite_database){0};
}

static struct sqlite_database *self(struct sql_engine *e)
{
    return container_of(e, struct sqlite_database, engine);
}

static void read_end(struct sql_engine *e, struct sql_connection *base)
{
    struct sqlite_database *db = self(e);
    struct sqlite_connection *c = container_of(base, struct sqlite_connection, base);
    if (c->handle != NULL && sqlite3_get_autocommit(c->handle) == 0) {
        struct statement commit = {0};
        err ended = statement_begin(base, "COMMIT", &commit);
        if (!failed(ended))
            ended = statement_run(&commit);
        statement_end(&commit);
        if (failed(ended)) /* a view that will not close: a new connection next time */
            connection_close(c);
    }
    pthread_mutex_lock(&db->readers_lock);
    c->is_checked_out = false;
    pthread_cond_signal(&db->reader_free);
    pthread_mutex_unlock(&db->readers_lock);
}

static err read_begin(struct sql_engine *e, struct sql_connection **out)
{
    struct sqlite_database *db = self(e);
    struct sqlite_connection *c = NULL;
    pthread_mutex_lock(&db->readers_lock);
    while (c == NULL) {
        for (size_t i = 0; i < SQLITE_READER_COUNT_MAX && c == NULL; i++)
            if (!db->readers[i].is_checked_out)
                c = &db->readers[i];
        if (c == NULL)
            pthread_cond_wait(&db->reader_free, &db->readers_lock);
    }
    c->is_checked_out = true;
    pthread_mutex_unlock(&db->readers_lock);
    err begun = c->handle != NULL ? OK : connection_open(db, c, false);
    struct statement begin = {0};
    if (!failed(begun))
        begun = statement_begin(&c->base, "BEGIN", &begin);
    if (!failed(begun))
        begun = statement_run(&begin);
    statement_end(&begin);
    if (failed(begun))
        read_end(e, &c->base); /* and it is not the caller's: another may have it by now */
    else
        *out = &c->base;
    return begun;
}

static struct sql_connection *writer(struct sql_engine *e)
{
    return &self(e)->writer.base;
}

static bool is_open(struct sql_engine *e)
{
    return sqlite3_get_autocommit(self(e)->writer.handle) == 0;
}

static err begin(struct sql_engine *e)
{
    return run(&self(e)->writer, "BEGIN IMMEDIATE");
}

static err savepoint(struct sql_engine *e)
{
    return run(&self(e)->writer, "SAVEPOINT unit");
}

static err release(struct sql_engine *e)
{
    TRY(run(&self(e)->writer, "RELEASE unit"));
    return is_open(e) ? OK : ERR(UNAVAILABLE, "the transaction was lost");
}

static err rollback_to_savepoint(struct sql_engine *e)
{
    return run(&self(e)->writer, "ROLLBACK TO unit; RELEASE unit");
}

static err commit(struct sql_engine *e)
{
    return run(&self(e)->writer, "COMMIT");
}

static void rollback(struct sql_engine *e)
{
    if (is_open(e))
        (void)run(&self(e)->writer, "ROLLBACK").code;
}

static err script(struct sql_engine *e, const char *sql)
{
    return run(&self(e)->writer, sql);
}

/* Of what may leave the trash for good, a key that was used is not used again: whoever holds the
 * turn is alone. */
#define NEXT_UNUSED(table_)                                                                        \
    "SELECT max(coalesce((SELECT max(key) FROM " table_ "), 0), coalesce((SELECT key FROM "        \
    "used_keys WHERE name = '" table_ "'), 0)) + 1"

static err next_key(struct sql_connection *c, enum sql_table table, int64_t *out)
{
    static const char *const sql[SQL_TABLE_COUNT] = {[TABLE_PATIENTS] = NEXT_UNUSED("patients"),
                                                     [TABLE_STUDIES] = NEXT_UNUSED("studies"),
                                                     [TABLE_SERIES] = NEXT_UNUSED("series"),
                                                     [TABLE_INSTANCES] = NEXT_UNUSED("instances")};
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = 0;
    if (sql[table] == NULL)
        return OK;
    TRY(statement_begin(c, sql[table], &s));
    TRY(statement_step(&s, &has_row));
    *out = statement_column_i64(&s, 0);
    return OK;
}

static const struct sql_engine_ops engine_ops = {.statements = &sqlite_statement_ops,
                                                 .read_begin = read_begin,
                                                 .read_end = read_end,
                                                 .writer = writer,
                                                 .is_open = is_open,
                                                 .begin = begin,
                                                 .savepoint = savepoint,
                                                 .release = release,
                                                 .rollback_to_savepoint = rollback_to_savepoint,
                                                 .commit = commit,
                                                 .rollback = rollback,
                                                 .script = script,
                                                 .next_key = next_key};

err sqlite_context_open(struct sqlite_database *db, struct arena *a, str path)
{
    int applied;
    TRY(sqlite_database_open(db, path));
    db->engine.base.ops = &sql_context_ops;
    return sql_migrate(&db->engine, a, migrations, migration_count, &applied);
}
