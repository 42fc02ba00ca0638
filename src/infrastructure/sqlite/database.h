/* SQLite under the repositories: WAL, synchronous=FULL, readers that never wait for the writer, and
 * one writer whose commits are shared by the units of work that come at the same time (group
 * commit).
 *
 * The writer has a turn. A unit of work takes it at its first write, works inside a savepoint of
 * the transaction that is open, and gives the turn on when it is done; the last of a group, with
 * nobody waiting behind it, commits for all, and each unit returns only when that commit is on
 * disk. So a burst of N units costs a few fsyncs instead of N. */
#ifndef INFRASTRUCTURE_SQLITE_DATABASE_H
#define INFRASTRUCTURE_SQLITE_DATABASE_H

#include "infrastructure/db_context.h"
#include "infrastructure/sqlite/statement.h"

#include <pthread.h>

enum {
    SQLITE_READER_COUNT_MAX = 32,   /* more than threads that read at once: loops and lanes */
    SQLITE_GROUP_COUNT_MAX = 64,    /* units that share a commit */
    SQLITE_BUSY_MS = 10000,         /* another process migrating or checkpointing */
    SQLITE_READER_CACHE_KIB = 1024, /* page cache of a connection */
    SQLITE_WRITER_CACHE_KIB = 8192
};

struct sqlite3;

struct cached_statement {
    const char *sql; /* the constant itself, or a copy of a built text */
    struct sqlite3_stmt *stmt;
    bool in_use;
};

struct sqlite_connection {
    struct sqlite3 *handle;
    struct cached_statement cache[STATEMENT_CACHE_COUNT]; /* constant texts, by address */
    struct cached_statement built[STATEMENT_BUILT_COUNT]; /* built texts, by content */
    bool is_checked_out;
};

struct sqlite_database {
    struct db_context base;
    char *path;
    struct sqlite_connection writer;
    struct sqlite_connection readers[SQLITE_READER_COUNT_MAX];
    pthread_mutex_t readers_lock;
    pthread_cond_t reader_free;

    pthread_mutex_t lock;   /* of what follows */
    pthread_cond_t changed; /* the turn is free, or a group is done */
    bool turn_taken;
    unsigned waiting_count; /* units that want the turn */
    unsigned group_count;   /* units finished in the open transaction */
    uint64_t next_ticket, serving_ticket;
    uint64_t group;        /* number of the open transaction */
    uint64_t group_done;   /* newest group whose commit has ended */
    err group_outcomes[8]; /* by group number modulo 8 */
};

/* Opens or makes the file and its writer; readers are opened as they are needed.
 * Errors: UNAVAILABLE (cannot be opened, not a database). */
err sqlite_database_open(struct sqlite_database *db, str path);
void sqlite_database_close(struct sqlite_database *db);

/* A connection of one's own with a consistent view until given back. Waits when all are in use. */
err sqlite_read_begin(struct sqlite_database *db, struct sqlite_connection **out);
void sqlite_read_end(struct sqlite_database *db, struct sqlite_connection *c);

struct sqlite_unit {
    struct sqlite_database *db;
    bool has_begun;
};

/* Takes the turn unless this unit has it: the writer connection is this unit's until commit or
 * rollback. */
err sqlite_unit_begin(struct sqlite_unit *unit, struct sqlite_connection **out);
/* Returns when the changes are durable. A unit that never began costs nothing.
 * Errors: NO_SPACE, UNAVAILABLE: then nothing of the unit is there. */
err sqlite_unit_commit(struct sqlite_unit *unit);
void sqlite_unit_rollback(struct sqlite_unit *unit);

/* A script of statements on the writer, outside any unit. */
err sqlite_database_script(struct sqlite_database *db, const char *sql);

/* EXPLAIN QUERY PLAN, one step a line: for tests that watch the plans. */
err sqlite_query_plan(struct sqlite_database *db, struct arena *a, const char *sql, str *out);

struct migration {
    int number;
    const char *name;
    const char *sql;
};
/* Applies what is missing, in order, each in a transaction of its own.
 * Errors: CONFLICT (the file was made by a newer program), UNAVAILABLE. */
err sqlite_migrate(struct sqlite_database *db, struct arena *a, const struct migration *migrations,
                   size_t count, int *applied_count);

/* For the implementation files: what SQLite's code means here. */
err sqlite_error(struct sqlite3 *handle, int code, const char *where);
#define SQLITE_ERR(handle_, code_) sqlite_error((handle_), (code_), HERE)

#endif
