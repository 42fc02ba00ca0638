/* Connections, the writer's turn and its group commit. */
#include "infrastructure/sqlite/database.h"

#include "base/arena.h"
#include "base/log.h"
#include "infrastructure/sqlite/functions.h"

#include <sqlite3.h>

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

static err connection_open(struct sqlite_connection *c, const char *path, bool writes)
{
    int flags = SQLITE_OPEN_NOMUTEX |
                (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    int code = sqlite3_open_v2(path, &c->handle, flags, NULL);
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
    return run(c, pragmas);
}

static void connection_close(struct sqlite_connection *c)
{
    for (size_t i = 0; i < STATEMENT_CACHE_COUNT; i++)
        if (c->cache[i].stmt != NULL)
            sqlite3_finalize(c->cache[i].stmt);
    for (size_t i = 0; i < STATEMENT_BUILT_COUNT; i++) {
        sqlite3_finalize(c->built[i].stmt);
        heap_free((char *)c->built[i].sql);
    }
    sqlite3_close(c->handle);
    *c = (struct sqlite_connection){0};
}

err sqlite_database_open(struct sqlite_database *db, str path)
{
    *db = (struct sqlite_database){.group = 1};
    pthread_mutex_init(&db->readers_lock, NULL);
    pthread_cond_init(&db->reader_free, NULL);
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->changed, NULL);
    db->path = heap_alloc(path.len + 1);
    memcpy(db->path, path.ptr, path.len);
    return connection_open(&db->writer, db->path, true);
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
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->changed);
    *db = (struct sqlite_database){0};
}

err sqlite_read_begin(struct sqlite_database *db, struct sqlite_connection **out)
{
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
    err e = c->handle != NULL ? OK : connection_open(c, db->path, false);
    struct statement begin = {0};
    if (!failed(e))
        e = statement_begin(c, "BEGIN", &begin);
    if (!failed(e))
        e = statement_run(&begin);
    statement_end(&begin);
    if (failed(e)) {
        sqlite_read_end(db, c);
        return e;
    }
    *out = c;
    return OK;
}

void sqlite_read_end(struct sqlite_database *db, struct sqlite_connection *c)
{
    if (c->handle != NULL && sqlite3_get_autocommit(c->handle) == 0) {
        struct statement end;
        err e = statement_begin(c, "COMMIT", &end);
        if (!failed(e))
            e = statement_run(&end);
        statement_end(&end);
        if (failed(e)) /* a view that will not close: a new connection next time */
            connection_close(c);
    }
    pthread_mutex_lock(&db->readers_lock);
    c->is_checked_out = false;
    pthread_cond_signal(&db->reader_free);
    pthread_mutex_unlock(&db->readers_lock);
}

/* Waits for the turn; turns are given in the order they were asked for. */
static void take_turn(struct sqlite_database *db)
{
    pthread_mutex_lock(&db->lock);
    uint64_t ticket = db->next_ticket++;
    db->waiting_count++;
    while (db->turn_taken || ticket != db->serving_ticket)
        pthread_cond_wait(&db->changed, &db->lock);
    db->waiting_count--;
    db->turn_taken = true;
    pthread_mutex_unlock(&db->lock);
}

/* With db->lock held. */
static void give_turn(struct sqlite_database *db)
{
    db->turn_taken = false;
    db->serving_ticket++;
    pthread_cond_broadcast(&db->changed);
}

static void commit_group(struct sqlite_database *db, err spoiled);

/* Gives the turn on without a unit of one's own; commits for the others if nobody comes after. */
static void end_turn(struct sqlite_database *db)
{
    pthread_mutex_lock(&db->lock);
    bool leads = db->group_count != 0 && db->waiting_count == 0;
    if (!leads)
        give_turn(db);
    pthread_mutex_unlock(&db->lock);
    if (leads)
        commit_group(db, OK);
}

err sqlite_unit_begin(struct sqlite_unit *unit, struct sqlite_connection **out)
{
    struct sqlite_database *db = unit->db;
    *out = &db->writer;
    if (unit->has_begun)
        return OK;
    take_turn(db);
    err e = OK;
    if (sqlite3_get_autocommit(db->writer.handle) != 0)
        e = run(&db->writer, "BEGIN IMMEDIATE");
    if (!failed(e))
        e = run(&db->writer, "SAVEPOINT unit");
    if (failed(e)) {
        end_turn(db);
        return e;
    }
    unit->has_begun = true;
    return OK;
}

/* Ends the open transaction for all of its group. The caller has the turn; the lock is not held
 * meanwhile. */
static void commit_group(struct sqlite_database *db, err spoiled)
{
    err e = spoiled;
    if (!failed(e))
        e = run(&db->writer, "COMMIT");
    if (failed(e) && sqlite3_get_autocommit(db->writer.handle) == 0)
        (void)run(&db->writer, "ROLLBACK").code;
    pthread_mutex_lock(&db->lock);
    db->group_outcomes[db->group % COUNT_OF(db->group_outcomes)] = e;
    db->group_done = db->group++;
    db->group_count = 0;
    db->base.commit_count++;
    give_turn(db);
    pthread_mutex_unlock(&db->lock);
}

err sqlite_unit_commit(struct sqlite_unit *unit)
{
    struct sqlite_database *db = unit->db;
    if (!unit->has_begun)
        return OK;
    unit->has_begun = false;
    err released = run(&db->writer, "RELEASE unit");
    if (failed(released) || sqlite3_get_autocommit(db->writer.handle) != 0) {
        /* SQLite gave the whole transaction up: nothing of the group can be kept */
        err e = failed(released) ? released : ERR(UNAVAILABLE, "the transaction was lost");
        commit_group(db, e);
        return e;
    }
    pthread_mutex_lock(&db->lock);
    uint64_t group = db->group;
    db->group_count++;
    db->base.unit_count++;
    bool leads = db->waiting_count == 0 || db->group_count >= SQLITE_GROUP_COUNT_MAX;
    if (!leads)
        give_turn(db);
    pthread_mutex_unlock(&db->lock);
    if (leads)
        commit_group(db, OK);
    pthread_mutex_lock(&db->lock);
    while (db->group_done < group)
        pthread_cond_wait(&db->changed, &db->lock);
    err outcome = db->group_outcomes[group % COUNT_OF(db->group_outcomes)];
    pthread_mutex_unlock(&db->lock);
    return outcome;
}

void sqlite_unit_rollback(struct sqlite_unit *unit)
{
    struct sqlite_database *db = unit->db;
    if (!unit->has_begun)
        return;
    unit->has_begun = false;
    err e;
    if (sqlite3_get_autocommit(db->writer.handle) == 0)
        e = run(&db->writer, "ROLLBACK TO unit; RELEASE unit");
    else
        e = ERR(UNAVAILABLE, "the transaction was lost");
    pthread_mutex_lock(&db->lock);
    bool others = db->group_count != 0;
    bool leads = failed(e) || db->waiting_count == 0 || !others;
    if (!leads)
        give_turn(db);
    pthread_mutex_unlock(&db->lock);
    if (leads) /* the others of the group must not wait for somebody who may never come */
        commit_group(db, e);
}

err sqlite_database_script(struct sqlite_database *db, const char *sql)
{
    take_turn(db);
    err e = run(&db->writer, sql);
    end_turn(db);
    return e;
}

err sqlite_query_plan(struct sqlite_database *db, struct arena *a, const char *sql, str *out)
{
    struct sqlite_connection *c;
    struct buf plan = BUF_IN(a);
    bool has_row = true;
    TRY(sqlite_read_begin(db, &c));
    struct statement s;
    err e = statement_prepare(c, str_format(a, "EXPLAIN QUERY PLAN %s", sql), &s);
    while (!failed(e) && has_row) {
        e = statement_step(&s, &has_row);
        if (!failed(e) && has_row) {
            buf_add(&plan, statement_column_str(&s, NULL, 3));
            buf_add_char(&plan, '\n');
        }
    }
    statement_end(&s);
    sqlite_read_end(db, c);
    *out = buf_str(&plan);
    return e;
}
