/* Numbered migrations: what is missing is applied in order, each in a transaction of its own. */
#include "infrastructure/sqlite/database.h"

#include "base/log.h"

#include <sqlite3.h>

enum { APPLICATION_ID = 0x47414E54 }; /* "GANT" in the file's header */

static err script(struct sqlite_database *db, const char *sql)
{
    int code = sqlite3_exec(db->writer.handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : SQLITE_ERR(db->writer.handle, code);
}

static err newest_applied(struct sqlite_database *db, int *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_prepare(&db->writer,
                          STR("SELECT coalesce(max(number), 0) FROM schema_migrations"), &s));
    TRY(statement_step(&s, &has_row));
    *out = (int)statement_column_i64(&s, 0);
    return OK;
}

static err record(struct sqlite_database *db, const struct migration *m)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_prepare(
        &db->writer,
        STR("INSERT INTO schema_migrations(number, name, applied_at) VALUES (?1, ?2, ?3)"), &s));
    statement_bind_i64(&s, 1, m->number);
    statement_bind_str(&s, 2, str_of(m->name));
    statement_bind_i64(&s, 3, clock_now(clock_system()).us);
    return statement_run(&s);
}

static err apply(struct sqlite_database *db, const struct migration *m)
{
    TRY(script(db, "BEGIN IMMEDIATE"));
    err e = script(db, m->sql);
    if (!failed(e))
        e = record(db, m);
    if (!failed(e))
        e = script(db, "COMMIT");
    if (failed(e) && sqlite3_get_autocommit(db->writer.handle) == 0)
        (void)script(db, "ROLLBACK").code;
    return e;
}

err sqlite_migrate(struct sqlite_database *db, struct arena *a, const struct migration *migrations,
                   size_t count, int *applied_count)
{
    int newest;
    *applied_count = 0;
    TRY(script(
        db, "CREATE TABLE IF NOT EXISTS schema_migrations("
            "number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
    TRY(newest_applied(db, &newest));
    if (newest > migrations[count - 1].number)
        return ERRF(a, CONFLICT,
                    "the database has schema %d, this program knows only %d: use a newer program",
                    newest, migrations[count - 1].number);
    for (size_t i = 0; i < count; i++) {
        if (migrations[i].number <= newest)
            continue;
        TRY(apply(db, &migrations[i]));
        log_event(LOG_INFO, "migrated", "number=%d name=\"%s\"", migrations[i].number,
                  migrations[i].name);
        ++*applied_count;
    }
    char pragma[64];
    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA application_id=%d", APPLICATION_ID);
    return script(db, pragma);
}
