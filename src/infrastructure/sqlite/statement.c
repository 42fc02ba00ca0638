/* The statement cache, binds and columns, and rows by schema. */
#include "infrastructure/sqlite/statement.h"

#include "base/arena.h"
#include "infrastructure/sqlite/database.h"

#include <sqlite3.h>

enum { TEXT_SIZE_MAX = 1 << 30 };

static err prepare(struct sqlite_connection *c, const char *sql, int size, unsigned flags,
                   struct sqlite3_stmt **out)
{
    int code = sqlite3_prepare_v3(c->handle, sql, size, flags, out, NULL);
    return code == SQLITE_OK ? OK : SQLITE_ERR(c->handle, code);
}

static void take_slot(struct sqlite_connection *c, struct cached_statement *slot,
                      struct statement *out)
{
    slot->in_use = true;
    *out = (struct statement){.stmt = slot->stmt, .connection = c, .slot = slot};
}

err statement_begin(struct sqlite_connection *c, const char *sql, struct statement *out)
{
    size_t start = ((uintptr_t)sql >> 4) % STATEMENT_CACHE_COUNT;
    *out = (struct statement){.connection = c};
    for (size_t i = 0; i < STATEMENT_CACHE_COUNT; i++) {
        struct cached_statement *slot = &c->cache[(start + i) % STATEMENT_CACHE_COUNT];
        if (slot->sql == NULL) {
            TRY(prepare(c, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt));
            slot->sql = sql;
        }
        if (slot->sql != sql)
            continue;
        if (slot->in_use) /* the same statement inside itself: a passing copy */
            break;
        take_slot(c, slot, out);
        return OK;
    }
    return prepare(c, sql, -1, 0, &out->stmt);
}

err statement_prepare(struct sqlite_connection *c, str sql, struct statement *out)
{
    struct cached_statement *slot = &c->built[str_hash(sql) % STATEMENT_BUILT_COUNT];
    *out = (struct statement){.connection = c};
    if (slot->in_use)
        return prepare(c, sql.ptr, (int)sql.len, 0, &out->stmt);
    if (slot->sql == NULL || !str_eq(str_of(slot->sql), sql)) {
        struct sqlite3_stmt *stmt;
        TRY(prepare(c, sql.ptr, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &stmt));
        sqlite3_finalize(slot->stmt);
        heap_free((char *)slot->sql);
        char *copy = heap_alloc(sql.len + 1);
        memcpy(copy, sql.ptr, sql.len);
        slot->sql = copy;
        slot->stmt = stmt;
    }
    take_slot(c, slot, out);
    return OK;
}

void statement_end(struct statement *s)
{
    if (s->stmt == NULL)
        return;
    if (s->slot == NULL) {
        sqlite3_finalize(s->stmt);
    } else {
        sqlite3_reset(s->stmt);
        sqlite3_clear_bindings(s->stmt);
        s->slot->in_use = false;
    }
    s->stmt = NULL;
}

void statement_bind_i64(struct statement *s, int at, int64_t value)
{
    sqlite3_bind_int64(s->stmt, at, value);
}

void statement_bind_double(struct statement *s, int at, double value)
{
    sqlite3_bind_double(s->stmt, at, value);
}

void statement_bind_str(struct statement *s, int at, str value)
{
    if (value.ptr == NULL)
        sqlite3_bind_null(s->stmt, at);
    else if (value.len < TEXT_SIZE_MAX)
        sqlite3_bind_text(s->stmt, at, value.ptr, (int)value.len, SQLITE_STATIC);
}

void statement_bind_blob(struct statement *s, int at, str value)
{
    if (value.ptr == NULL)
        sqlite3_bind_null(s->stmt, at);
    else if (value.len < TEXT_SIZE_MAX)
        sqlite3_bind_blob(s->stmt, at, value.ptr, (int)value.len, SQLITE_STATIC);
}

void statement_bind_uuid(struct statement *s, int at, uuid value)
{
    if (uuid_is_set(value))
        sqlite3_bind_blob(s->stmt, at, value.at, sizeof value.at, SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(s->stmt, at);
}

void statement_bind_null(struct statement *s, int at)
{
    sqlite3_bind_null(s->stmt, at);
}

err statement_step(struct statement *s, bool *has_row)
{
    int code = sqlite3_step(s->stmt);
    *has_row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return OK;
    return SQLITE_ERR(s->connection->handle, code);
}

err statement_run(struct statement *s)
{
    bool has_row;
    return statement_step(s, &has_row);
}

int64_t statement_changes(const struct statement *s)
{
    return sqlite3_changes64(s->connection->handle);
}

int64_t statement_last_key(const struct statement *s)
{
    return sqlite3_last_insert_rowid(s->connection->handle);
}

bool statement_column_is_null(const struct statement *s, int at)
{
    return sqlite3_column_type(s->stmt, at) == SQLITE_NULL;
}

int64_t statement_column_i64(const struct statement *s, int at)
{
    return sqlite3_column_int64(s->stmt, at);
}

double statement_column_double(const struct statement *s, int at)
{
    return sqlite3_column_double(s->stmt, at);
}

str statement_column_str(const struct statement *s, struct arena *a, int at)
{
    if (statement_column_is_null(s, at))
        return STR_NONE;
    const char *bytes = sqlite3_column_blob(s->stmt, at);
    str view = {bytes != NULL ? bytes : "", (size_t)sqlite3_column_bytes(s->stmt, at)};
    return a == NULL ? view : str_copy(a, view);
}

uuid statement_column_uuid(const struct statement *s, int at)
{
    uuid u = {0};
    const void *bytes = sqlite3_column_blob(s->stmt, at);
    if (bytes != NULL && sqlite3_column_bytes(s->stmt, at) == sizeof u)
        memcpy(&u, bytes, sizeof u);
    return u;
}

static bool is_column(const struct field *f, bool with_key)
{
    return f->kind <= FIELD_ENUM && f->kind != FIELD_STR_LIST &&
           (with_key || strcmp(f->name, "key") != 0);
}

void sql_columns(struct buf *out, const struct schema *schema, const char *alias, bool with_key)
{
    const char *comma = "";
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (!is_column(f, with_key))
            continue;
        buf_addf(out, "%s%s%s%s", comma, alias, alias[0] != '\0' ? "." : "", f->name);
        comma = ", ";
    }
}

void sql_placeholders(struct buf *out, const struct schema *schema, bool with_key)
{
    int at = 1;
    for (size_t i = 0; i < schema->field_count; i++)
        if (is_column(&schema->fields[i], with_key)) {
            buf_addf(out, "%s?%d", at == 1 ? "" : ", ", at);
            at++;
        }
}

void sql_assignments(struct buf *out, const struct schema *schema)
{
    int at = 1;
    for (size_t i = 0; i < schema->field_count; i++)
        if (is_column(&schema->fields[i], false)) {
            buf_addf(out, "%s%s = ?%d", at == 1 ? "" : ", ", schema->fields[i].name, at);
            at++;
        }
}

static void bind_member(struct statement *s, int at, const struct field *f, const void *member)
{
    switch (f->kind) {
    case FIELD_STR:
        statement_bind_str(s, at, *(const str *)member);
        break;
    case FIELD_BOOL:
        statement_bind_i64(s, at, *(const bool *)member);
        break;
    case FIELD_I32:
    case FIELD_DATE:
        statement_bind_i64(s, at, *(const int32_t *)member);
        break;
    case FIELD_U32:
    case FIELD_ENUM:
        statement_bind_i64(s, at, *(const uint32_t *)member);
        break;
    case FIELD_I64:
        statement_bind_i64(s, at, *(const int64_t *)member);
        break;
    case FIELD_INSTANT:
        if (((const instant *)member)->us != 0)
            statement_bind_i64(s, at, ((const instant *)member)->us);
        break;
    case FIELD_DOUBLE:
        statement_bind_double(s, at, *(const double *)member);
        break;
    case FIELD_OPT_I64:
        if (((const opt_i64 *)member)->is_set)
            statement_bind_i64(s, at, ((const opt_i64 *)member)->value);
        break;
    case FIELD_OPT_BOOL:
        if (((const opt_bool *)member)->is_set)
            statement_bind_i64(s, at, ((const opt_bool *)member)->value);
        break;
    case FIELD_UUID:
        statement_bind_uuid(s, at, *(const uuid *)member);
        break;
    default:
        break;
    }
}

int statement_bind_object(struct statement *s, int first, const struct schema *schema,
                          const void *object, bool with_key)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (is_column(f, with_key))
            bind_member(s, first++, f, (const char *)object + f->offset);
    }
    return first;
}

static void read_member(const struct statement *s, struct arena *a, int at, const struct field *f,
                        void *member)
{
    bool is_null = statement_column_is_null(s, at);
    int64_t number =
        f->kind == FIELD_STR || f->kind == FIELD_UUID ? 0 : statement_column_i64(s, at);
    switch (f->kind) {
    case FIELD_STR:
        *(str *)member = statement_column_str(s, a, at);
        break;
    case FIELD_BOOL:
        *(bool *)member = number != 0;
        break;
    case FIELD_I32:
    case FIELD_DATE:
        *(int32_t *)member = (int32_t)number;
        break;
    case FIELD_U32:
    case FIELD_ENUM:
        *(uint32_t *)member = (uint32_t)number;
        break;
    case FIELD_I64:
    case FIELD_INSTANT:
        *(int64_t *)member = number;
        break;
    case FIELD_DOUBLE:
        *(double *)member = statement_column_double(s, at);
        break;
    case FIELD_OPT_I64:
        *(opt_i64 *)member = (opt_i64){!is_null, number};
        break;
    case FIELD_OPT_BOOL:
        *(opt_bool *)member = (opt_bool){!is_null, number != 0};
        break;
    case FIELD_UUID:
        *(uuid *)member = statement_column_uuid(s, at);
        break;
    default:
        break;
    }
}

int statement_column_object(const struct statement *s, struct arena *a, int first,
                            const struct schema *schema, void *out)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (is_column(f, true))
            read_member(s, a, first++, f, (char *)out + f->offset);
    }
    return first;
}
