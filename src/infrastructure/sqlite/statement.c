/* Statements of SQLite, kept prepared by their connection. */
#include "infrastructure/sqlite/database.h"

#include "base/arena.h"

#include <sqlite3.h>

enum { TEXT_SIZE_MAX = 1 << 30 };

static struct sqlite_connection *connection_of(struct sql_connection *c)
{
    return container_of(c, struct sqlite_connection, base);
}

static err prepare(struct sqlite_connection *c, str sql, unsigned flags, struct sqlite3_stmt **out)
{
    if (sql.len > TEXT_SIZE_MAX)
        return ERR(TOO_LARGE, "the statement is too long");
    int code = sqlite3_prepare_v3(c->handle, sql.ptr, (int)sql.len, flags, out, NULL);
    return code == SQLITE_OK ? OK : SQLITE_ERR(c->handle, code);
}

static err take(struct sqlite_statement *slot, struct statement *out)
{
    slot->in_use = true;
    out->handle = slot->stmt;
    out->slot = slot;
    return OK;
}

static err begin_passing(struct sqlite_connection *c, str sql, struct statement *out)
{
    struct sqlite3_stmt *stmt;
    TRY(prepare(c, sql, 0, &stmt));
    out->handle = stmt;
    return OK;
}

static err begin_constant(struct sqlite_connection *c, str sql, struct statement *out)
{
    size_t start = ((uintptr_t)sql.ptr >> 4) % SQLITE_CONSTANT_COUNT;
    for (size_t i = 0; i < SQLITE_CONSTANT_COUNT; i++) {
        struct sqlite_statement *slot = &c->constants[(start + i) % SQLITE_CONSTANT_COUNT];
        if (slot->sql == NULL) {
            TRY(prepare(c, sql, SQLITE_PREPARE_PERSISTENT, &slot->stmt));
            slot->sql = sql.ptr;
        }
        if (slot->sql != sql.ptr)
            continue;
        if (slot->in_use) /* the same statement inside itself: a passing copy */
            break;
        return take(slot, out);
    }
    return begin_passing(c, sql, out);
}

static err begin_built(struct sqlite_connection *c, str sql, struct statement *out)
{
    struct sqlite_statement *slot = &c->built[str_hash(sql) % SQLITE_BUILT_COUNT];
    if (slot->in_use)
        return begin_passing(c, sql, out);
    if (slot->sql == NULL || !str_eq(str_of(slot->sql), sql)) {
        struct sqlite3_stmt *stmt;
        TRY(prepare(c, sql, SQLITE_PREPARE_PERSISTENT, &stmt));
        sqlite3_finalize(slot->stmt);
        heap_free((char *)slot->sql);
        char *copy = heap_alloc(sql.len + 1);
        memcpy(copy, sql.ptr, sql.len);
        slot->sql = copy;
        slot->stmt = stmt;
    }
    return take(slot, out);
}

static err begin(struct sql_connection *c, str sql, bool is_constant, struct statement *out)
{
    return is_constant ? begin_constant(connection_of(c), sql, out)
                       : begin_built(connection_of(c), sql, out);
}

static void end(struct statement *s)
{
    struct sqlite_statement *slot = s->slot;
    if (slot == NULL) {
        sqlite3_finalize(s->handle);
        return;
    }
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
    slot->in_use = false;
}

static void bind(struct statement *s, int at, const struct sql_value *v)
{
    if (v->is_null || v->bytes.len > TEXT_SIZE_MAX) {
        sqlite3_bind_null(s->handle, at);
        return;
    }
    int size = (int)v->bytes.len;
    switch (v->kind) {
    case SQL_NUMBER:
        sqlite3_bind_int64(s->handle, at, v->number);
        break;
    case SQL_REAL:
        sqlite3_bind_double(s->handle, at, v->real);
        break;
    case SQL_TEXT:
        sqlite3_bind_text(s->handle, at, v->bytes.ptr, size, SQLITE_STATIC);
        break;
    case SQL_BYTES:
        sqlite3_bind_blob(s->handle, at, v->bytes.ptr, size, SQLITE_STATIC);
        break;
    case SQL_UUID:
        sqlite3_bind_blob(s->handle, at, v->bytes.ptr, size, SQLITE_TRANSIENT);
        break;
    }
}

static err start(struct statement *s)
{
    (void)s;
    return OK;
}

static err step(struct statement *s, bool *has_row)
{
    int code = sqlite3_step(s->handle);
    *has_row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return OK;
    return SQLITE_ERR(connection_of(s->connection)->handle, code);
}

static err run_now(struct statement *s)
{
    bool has_row;
    return step(s, &has_row);
}

static void stream(struct statement *s)
{
    (void)s;
}

static int64_t changes(const struct statement *s)
{
    return sqlite3_changes64(connection_of(s->connection)->handle);
}

static void column(const struct statement *s, int at, struct sql_value *out)
{
    const char *bytes;
    *out = (struct sql_value){0};
    switch (sqlite3_column_type(s->handle, at)) {
    case SQLITE_INTEGER:
        out->kind = SQL_NUMBER;
        out->number = sqlite3_column_int64(s->handle, at);
        break;
    case SQLITE_FLOAT:
        out->kind = SQL_REAL;
        out->real = sqlite3_column_double(s->handle, at);
        break;
    case SQLITE_NULL:
        out->is_null = true;
        break;
    default:
        out->kind = SQL_BYTES;
        bytes = sqlite3_column_blob(s->handle, at);
        out->bytes = (str){bytes != NULL ? bytes : "", (size_t)sqlite3_column_bytes(s->handle, at)};
        break;
    }
}

const struct statement_ops sqlite_statement_ops = {.begin = begin,
                                                   .end = end,
                                                   .bind = bind,
                                                   .start = start,
                                                   .step = step,
                                                   .run_later = run_now,
                                                   .stream = stream,
                                                   .changes = changes,
                                                   .column = column};

void sqlite_statements_close(struct sqlite_connection *c)
{
    for (size_t i = 0; i < SQLITE_CONSTANT_COUNT; i++)
        sqlite3_finalize(c->constants[i].stmt);
    for (size_t i = 0; i < SQLITE_BUILT_COUNT; i++) {
        sqlite3_finalize(c->built[i].stmt);
        heap_free((char *)c->built[i].sql);
    }
}
