/* struct statement: a prepared SQL statement of one connection's cache, with typed binds and
 * columns.
 *
 *     CLEANUP(statement_end) struct statement s;
 *     TRY(statement_begin(connection, "SELECT … WHERE id = ?1", &s));
 *     statement_bind_i64(&s, 1, id);
 *     TRY(statement_step(&s, &has_row));
 *
 * The text of a statement is the key of the cache and must be a constant or live as long as the
 * connection when it is to be kept; built texts use statement_prepare. */
#ifndef INFRASTRUCTURE_SQLITE_STATEMENT_H
#define INFRASTRUCTURE_SQLITE_STATEMENT_H

#include "base/err.h"
#include "base/schema.h"
#include "base/str.h"

struct sqlite3_stmt;
struct sqlite_connection;
struct cached_statement;

struct statement {
    struct sqlite3_stmt *stmt;
    struct sqlite_connection *connection;
    struct cached_statement *slot; /* NULL: its own */
};

enum { STATEMENT_CACHE_COUNT = 64, STATEMENT_BUILT_COUNT = 64 };

err statement_begin(struct sqlite_connection *c, const char *sql, struct statement *out);
/* A text that was built: found again by its content while the connection lives. */
err statement_prepare(struct sqlite_connection *c, str sql, struct statement *out);
void statement_end(struct statement *s);

/* Bound memory must live until statement_end. An absent str binds NULL. */
void statement_bind_i64(struct statement *s, int at, int64_t value);
void statement_bind_double(struct statement *s, int at, double value);
void statement_bind_str(struct statement *s, int at, str value);
void statement_bind_blob(struct statement *s, int at, str value);
void statement_bind_uuid(struct statement *s, int at, uuid value);
void statement_bind_null(struct statement *s, int at);

/* Errors: CONFLICT (unique), NO_SPACE, SERIALIZATION (busy), UNAVAILABLE (I/O), INTERNAL. */
err statement_step(struct statement *s, bool *has_row);
/* For statements that answer no row. */
err statement_run(struct statement *s);
/* Rows changed by the last statement of the connection. */
int64_t statement_changes(const struct statement *s);
int64_t statement_last_key(const struct statement *s);

bool statement_column_is_null(const struct statement *s, int at);
int64_t statement_column_i64(const struct statement *s, int at);
double statement_column_double(const struct statement *s, int at);
/* Copied to a; NULL becomes absent. With a NULL arena a view that lives until the next step. */
str statement_column_str(const struct statement *s, struct arena *a, int at);
uuid statement_column_uuid(const struct statement *s, int at);

/* A struct's row by its schema: columns named as its members, in their order. Without the member
 * "key", which is the rowid, unless with_key. */
void sql_columns(struct buf *out, const struct schema *schema, const char *alias, bool with_key);
/* "?1, ?2, …" for the columns without key. */
void sql_placeholders(struct buf *out, const struct schema *schema, bool with_key);
/* "a = ?1, b = ?2, …" */
void sql_assignments(struct buf *out, const struct schema *schema);
/* Binds the members from position first on; gives the position behind the last. */
int statement_bind_object(struct statement *s, int first, const struct schema *schema,
                          const void *object, bool with_key);
/* Reads the members (with key) from column first on; gives the column behind the last. */
int statement_column_object(const struct statement *s, struct arena *a, int first,
                            const struct schema *schema, void *out);

#endif
