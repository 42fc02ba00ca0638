/* SQLite as a struct sql_engine: WAL, synchronous=FULL, readers that never wait for the writer. */
#ifndef INFRASTRUCTURE_SQLITE_DATABASE_H
#define INFRASTRUCTURE_SQLITE_DATABASE_H

#include "infrastructure/sql/engine.h"

enum {
    SQLITE_READER_COUNT_MAX = 32, /* more than threads that read at once: loops and lanes */
    SQLITE_BUSY_MS = 10000,       /* another process migrating or checkpointing */
    SQLITE_PAUSE_MS = 10,
    SQLITE_READER_CACHE_KIB = 1024, /* page cache of a connection */
    SQLITE_WRITER_CACHE_KIB = 8192,
    SQLITE_CONSTANT_COUNT =
        64,                 /* statements a connection keeps prepared, by their text's address */
    SQLITE_BUILT_COUNT = 64 /* and by its content */
};

struct sqlite3;
struct sqlite3_stmt;

struct sqlite_statement {
    const char *sql; /* the constant itself, or a copy of a built text */
    struct sqlite3_stmt *stmt;
    bool in_use;
};

struct sqlite_connection {
    struct sql_connection base;
    struct sqlite3 *handle;
    struct sqlite_statement constants[SQLITE_CONSTANT_COUNT], built[SQLITE_BUILT_COUNT];
    bool is_checked_out;
};

struct sqlite_database {
    struct sql_engine engine;
    char *path;
    struct sqlite_connection writer;
    struct sqlite_connection readers[SQLITE_READER_COUNT_MAX];
    pthread_mutex_t readers_lock;
    pthread_cond_t reader_free;
};

/* Opens or makes the file and its writer; readers are opened as they are needed.
 * Errors: UNAVAILABLE (cannot be opened, not a database). */
err sqlite_database_open(struct sqlite_database *db, str path);
void sqlite_database_close(struct sqlite_database *db);

/* The same, and brings its schema up to date. Errors: also CONFLICT (made by a newer program). */
err sqlite_context_open(struct sqlite_database *db, struct arena *a, str path);

/* For the implementation files: what SQLite's code means here. */
err sqlite_error(struct sqlite3 *handle, int code, const char *where);
#define SQLITE_ERR(handle_, code_) sqlite_error((handle_), (code_), HERE)

extern const struct statement_ops sqlite_statement_ops;
/* Finalizes what the connection kept. */
void sqlite_statements_close(struct sqlite_connection *c);

#endif
