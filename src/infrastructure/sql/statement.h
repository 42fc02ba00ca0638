/* struct statement: a prepared SQL statement of one connection, with typed binds and columns.
 *
 *     CLEANUP(statement_end) struct statement s = {0};
 *     TRY(statement_begin(connection, "SELECT … WHERE id = ?1", &s));
 *     statement_bind_i64(&s, 1, id);
 *     TRY(statement_step(&s, &has_row));
 *
 * Parameters are ?1, ?2, … without a gap, and every one of them is bound, with an absent value of
 * its type where there is none. Times, enumerations and truth values are 64 bit numbers.
 *
 * On a database behind a network a statement that was started is on its way while the caller goes
 * on, and one that is run later is not waited for: what it failed with is told by the next step or
 * by the end of the unit of work. On one that is not, both happen at once. */
#ifndef INFRASTRUCTURE_SQL_STATEMENT_H
#define INFRASTRUCTURE_SQL_STATEMENT_H

#include "base/err.h"
#include "base/schema.h"
#include "base/str.h"

struct sql_engine;
struct statement;

/* The common beginning of every engine's connection. */
struct sql_connection {
    struct sql_engine *engine;
    bool has_written; /* a statement that changes rows was sent; whoever cares sets it back */
};

enum sql_kind { SQL_NUMBER, SQL_REAL, SQL_TEXT, SQL_BYTES, SQL_UUID };

struct sql_value {
    enum sql_kind kind;
    bool is_null;
    int64_t number;
    double real;
    str bytes; /* of a text, bytes or a uuid */
};

struct statement_ops {
    /* sql: kept, when it is a constant; else copied, when the connection keeps it. */
    err (*begin)(struct sql_connection *c, str sql, bool is_constant, struct statement *out);
    void (*end)(struct statement *s);
    void (*bind)(struct statement *s, int at, const struct sql_value *value);
    err (*start)(struct statement *s);
    err (*step)(struct statement *s, bool *has_row);
    err (*run_later)(struct statement *s);
    void (*stream)(struct statement *s);
    int64_t (*changes)(const struct statement *s);
    void (*column)(const struct statement *s, int at, struct sql_value *out);
};

struct statement {
    const struct statement_ops *ops;
    struct sql_connection *connection;
    void *handle, *slot; /* the engine's; handle is NULL when it has ended */
};

/* A text that is constant: its address is the key of the cache. */
err statement_begin(struct sql_connection *c, const char *sql, struct statement *out);
/* A text that was built: found again by its content while the connection lives. */
err statement_prepare(struct sql_connection *c, str sql, struct statement *out);
/* Accepts one that never began. */
void statement_end(struct statement *s);

/* Bound memory must live until statement_end. An absent str binds NULL. */
void statement_bind_i64(struct statement *s, int at, int64_t value);
void statement_bind_opt_i64(struct statement *s, int at, opt_i64 value);
void statement_bind_str(struct statement *s, int at, str value);
void statement_bind_blob(struct statement *s, int at, str value);
void statement_bind_uuid(struct statement *s, int at, uuid value); /* unset: NULL */

/* Sends it on its way; a step waits for it. Errors: as those of step. */
err statement_start(struct statement *s);
/* Errors: CONFLICT (unique), NO_SPACE, SERIALIZATION (lost a race, or its connection before
 * anything was committed), UNAVAILABLE, INTERNAL. */
err statement_step(struct statement *s, bool *has_row);
/* For statements that answer no row. */
err statement_run(struct statement *s);
/* The same without waiting; only inside a unit of work. */
err statement_run_later(struct statement *s);
/* Before the first step: rows are taken as they come instead of all at once. Until it has ended no
 * other statement can step on its connection. */
void statement_stream(struct statement *s);
/* Rows changed by the statement. */
int64_t statement_changes(const struct statement *s);

int64_t statement_column_i64(const struct statement *s, int at);
/* Copied to a; NULL becomes absent. With a NULL arena a view that lives until the next step. */
str statement_column_str(const struct statement *s, struct arena *a, int at);
uuid statement_column_uuid(const struct statement *s, int at);

/* The pattern of LIKE … ESCAPE '\' for texts in which the text stands. */
str sql_like_part(struct arena *a, str text);

/* A struct's row by its schema: columns named as its members, in their order, without the member
 * "key" unless with_key. */
void sql_columns(struct buf *out, const struct schema *schema, const char *alias, bool with_key);
/* "?1, ?2, …" for the columns; gives their number. */
int sql_placeholders(struct buf *out, const struct schema *schema, bool with_key);
/* "a = ?1, b = ?2, …" without key; gives their number. */
int sql_assignments(struct buf *out, const struct schema *schema);
/* Binds the members from position first on; gives the position behind the last. */
int statement_bind_object(struct statement *s, int first, const struct schema *schema,
                          const void *object, bool with_key);
/* Reads the members (with key) from column first on; gives the column behind the last. */
int statement_column_object(const struct statement *s, struct arena *a, int first,
                            const struct schema *schema, void *out);

#endif
