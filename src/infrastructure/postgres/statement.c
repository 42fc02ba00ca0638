/* Statements of PostgreSQL: prepared once a connection, with typed parameters in binary. */
#include "infrastructure/postgres/wire.h"

#include "base/buf.h"
#include "infrastructure/sql/engine.h"

#include <libpq-fe.h>
#include <stdio.h>

/* Types of the catalogue, fixed since ever: pg_type.dat. */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_FLOAT8 = 701,
    TYPE_UUID = 2950,
    TYPE_XID8 = 5069
};
static const unsigned types_of_kinds[] = {[SQL_NUMBER] = TYPE_INT8,
                                          [SQL_REAL] = TYPE_FLOAT8,
                                          [SQL_TEXT] = TYPE_TEXT,
                                          [SQL_BYTES] = TYPE_BYTEA,
                                          [SQL_UUID] = TYPE_UUID};

enum { PROBE_COUNT = 8 };

static struct postgres_connection *connection_of(struct sql_connection *c)
{
    return container_of(c, struct postgres_connection, base);
}

static struct postgres_statement *handle_of(const struct statement *s)
{
    return s->handle;
}

void postgres_statement_free(struct postgres_statement *s)
{
    PQclear(s->result);
    heap_free(s->text);
    heap_free(s->sql);
    heap_free(s->parameters);
    heap_free(s->types);
    arena_deinit(&s->scratch);
    *s = (struct postgres_statement){0};
}

static char *copy_of(str text)
{
    char *copy = heap_alloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    return copy;
}

/* "?1" is "$1" here. Our texts have no question mark of their own. */
static void set_text(struct postgres_statement *s, str sql)
{
    s->text = copy_of(sql);
    s->sql = copy_of(sql);
    for (char *p = s->sql; *p != '\0'; p++)
        if (*p == '?')
            *p = '$';
}

static bool is_pending(const struct postgres_connection *c, const struct postgres_statement *s)
{
    for (size_t i = 0; i < c->pending_count; i++)
        if (c->pending[(c->pending_first + i) % POSTGRES_PENDING_COUNT].statement == s)
            return true;
    return false;
}

/* The place of the text, with the text in it already or to be put there; NULL when all of those it
 * could have are in use. */
static struct postgres_statement *find_place(struct postgres_connection *c, str sql)
{
    size_t hash = str_hash(sql);
    struct postgres_statement *free_place = NULL, *oldest = NULL;
    for (size_t i = 0; i < PROBE_COUNT; i++) {
        struct postgres_statement *s = &c->statements[(hash + i) % POSTGRES_STATEMENT_COUNT];
        if (s->text != NULL && str_eq(str_of(s->text), sql))
            return s->in_use ? NULL : s;
        if (s->text == NULL && free_place == NULL)
            free_place = s;
        if (s->text != NULL && oldest == NULL && !s->in_use && !is_pending(c, s))
            oldest = s;
    }
    return free_place != NULL ? free_place : oldest;
}

/* What stood there before is forgotten by the server too. */
static err evict(struct postgres_connection *c, struct postgres_statement *s)
{
    char sql[48];
    struct statement deallocate = {0};
    if (s->is_prepared) {
        snprintf(sql, sizeof sql, "DEALLOCATE %s", s->name);
        postgres_statement_free(s);
        TRY(postgres_passing(c, str_of(sql), &deallocate));
        err e = statement_run_later(&deallocate);
        statement_end(&deallocate);
        TRY(e);
        return postgres_synchronize(c); /* what follows may be the BEGIN of a transaction */
    }
    postgres_statement_free(s);
    return OK;
}

err postgres_passing(struct postgres_connection *c, str sql, struct statement *out)
{
    struct postgres_statement *s = heap_alloc(sizeof *s);
    set_text(s, sql);
    s->is_passing = s->in_use = true;
    *out = (struct statement){&postgres_statement_ops, &c->base, s, NULL};
    return OK;
}

static err begin(struct sql_connection *base, str sql, bool is_constant, struct statement *out)
{
    struct postgres_connection *c = connection_of(base);
    (void)is_constant;
    TRY(c->broken);
    struct postgres_statement *s = find_place(c, sql);
    if (s == NULL)
        return postgres_passing(c, sql, out);
    if (s->text == NULL || !str_eq(str_of(s->text), sql)) {
        TRY(evict(c, s));
        set_text(s, sql);
        snprintf(s->name, sizeof s->name, "s%llu", (unsigned long long)++c->statement_number);
    }
    s->in_use = true;
    out->handle = s;
    return OK;
}

static void end(struct statement *statement)
{
    struct postgres_connection *c = connection_of(statement->connection);
    struct postgres_statement *s = handle_of(statement);
    postgres_forget(c, s);
    if (c->streaming == s) {
        c->streaming = NULL;
        (void)postgres_abandon(c).code;
    }
    PQclear(s->result);
    arena_reset(&s->scratch);
    s->result = NULL;
    s->parameter_count = 0;
    s->in_use = s->was_started = s->is_answered = s->is_streaming = s->is_exhausted = false;
    s->is_too_large = false;
    s->outcome = OK;
    if (s->is_passing) {
        postgres_statement_free(s);
        heap_free(s);
    }
}

/* PostgreSQL has no NUL in a text, and none that is not UTF-8. */
static str clean(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    if (memchr(text.ptr, '\0', text.len) == NULL && str_is_utf8(text))
        return text;
    for (size_t i = 0; i < text.len;) {
        size_t size = 1;
        while (size < 4 && i + size < text.len &&
               ((unsigned char)text.ptr[i + size] & 0xC0) == 0x80)
            size++;
        str character = str_sub(text, i, i + size);
        bool is_good = text.ptr[i] != '\0' && str_is_utf8(character);
        buf_add(&out, is_good ? character : STR("\xEF\xBF\xBD"));
        i += is_good ? size : 1;
    }
    return buf_str(&out);
}

static void put_number(unsigned char *to, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(number >> (56 - 8 * i));
}

static void bind(struct statement *statement, int at, const struct sql_value *value)
{
    struct postgres_statement *s = handle_of(statement);
    size_t place = (size_t)at - 1;
    bool is_large = !value->is_null && (value->kind == SQL_TEXT || value->kind == SQL_BYTES) &&
                    value->bytes.len > POSTGRES_BYTES_MAX;
    if (at < 1 || at > POSTGRES_PARAMETER_COUNT_MAX || is_large) {
        s->is_too_large = true;
        return;
    }
    if (place >= s->parameter_room) {
        size_t room = place < 16 ? 16 : place * 2;
        s->parameters = heap_grow(s->parameters, room, sizeof *s->parameters);
        s->parameter_room = room;
    }
    for (; s->parameter_count <= place; s->parameter_count++)
        s->parameters[s->parameter_count] =
            (struct postgres_parameter){.value = {.kind = SQL_TEXT, .is_null = true}};
    struct postgres_parameter *p = &s->parameters[place];
    uint64_t real;
    p->value = *value;
    if (value->is_null)
        return;
    switch (value->kind) {
    case SQL_NUMBER:
        put_number(p->number, (uint64_t)value->number);
        break;
    case SQL_REAL:
        memcpy(&real, &value->real, sizeof real);
        put_number(p->number, real);
        break;
    case SQL_TEXT:
        p->value.bytes = clean(&s->scratch, value->bytes);
        break;
    case SQL_BYTES:
        break;
    case SQL_UUID:
        memcpy(p->number, value->bytes.ptr, sizeof(uuid));
        break;
    }
}

static int size_of(const struct postgres_parameter *p)
{
    switch (p->value.kind) {
    case SQL_TEXT:
    case SQL_BYTES:
        return (int)p->value.bytes.len;
    case SQL_UUID:
        return (int)sizeof(uuid);
    default:
        return 8;
    }
}

/* The same text with parameters of other types is another statement. */
static bool types_changed(struct postgres_statement *s)
{
    bool changed = s->type_count != s->parameter_count;
    for (size_t i = 0; i < s->type_count && !changed; i++)
        changed = s->types[i] != types_of_kinds[s->parameters[i].value.kind];
    return changed;
}

static err start(struct statement *statement)
{
    struct postgres_connection *c = connection_of(statement->connection);
    struct postgres_statement *s = handle_of(statement);
    struct arena scratch = {0};
    size_t count = s->parameter_count;
    if (s->was_started)
        return OK;
    if (s->is_too_large)
        return ERR(TOO_LARGE, "too much for the database");
    if (s->is_prepared && types_changed(s))
        return ERR(INTERNAL, "a parameter changed its type");
    const char **values = NEW_ARRAY(&scratch, const char *, count);
    int *lengths = NEW_ARRAY(&scratch, int, count), *formats = NEW_ARRAY(&scratch, int, count);
    if (!s->is_prepared) {
        heap_free(s->types);
        s->types = heap_alloc_array(count + 1, sizeof *s->types);
        s->type_count = count;
    }
    for (size_t i = 0; i < count; i++) {
        const struct postgres_parameter *p = &s->parameters[i];
        bool is_inline = p->value.kind != SQL_TEXT && p->value.kind != SQL_BYTES;
        s->types[i] = types_of_kinds[p->value.kind];
        values[i] = p->value.is_null ? NULL
                    : is_inline      ? (const char *)p->number
                                     : p->value.bytes.ptr;
        lengths[i] = size_of(p);
        formats[i] = 1;
    }
    s->was_started = true;
    err e = postgres_send(
        c, s, &(struct postgres_arguments){(int)count, s->types, values, lengths, formats});
    arena_deinit(&scratch);
    return e;
}

static err step(struct statement *statement, bool *has_row)
{
    struct postgres_connection *c = connection_of(statement->connection);
    struct postgres_statement *s = handle_of(statement);
    *has_row = false;
    TRY(start(statement));
    if (s->is_streaming && s->is_answered && !s->is_exhausted) /* the next row */
        s->is_answered = false;
    if (!s->is_answered)
        TRY(postgres_await(c, s));
    TRY(c->failure);
    TRY(s->outcome);
    if (PQresultStatus(s->result) == PGRES_SINGLE_TUPLE)
        s->row = 0;
    else
        s->row++;
    *has_row = s->row < PQntuples(s->result);
    return OK;
}

static err run_later(struct statement *statement)
{
    return start(statement);
}

static void stream(struct statement *statement)
{
    handle_of(statement)->is_streaming = true;
}

static int64_t changes(const struct statement *statement)
{
    return handle_of(statement)->changes;
}

bool postgres_statement_was(const struct statement *statement, const char *command)
{
    return strcmp(PQcmdStatus(handle_of(statement)->result), command) == 0;
}

static int64_t number_at(const unsigned char *bytes, int size)
{
    uint64_t number = size > 0 && (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static void column(const struct statement *statement, int at, struct sql_value *out)
{
    const struct postgres_statement *s = handle_of(statement);
    *out = (struct sql_value){.is_null = true};
    if (s->result == NULL || s->row >= PQntuples(s->result) ||
        PQgetisnull(s->result, s->row, at) != 0)
        return;
    const char *bytes = PQgetvalue(s->result, s->row, at);
    int size = PQgetlength(s->result, s->row, at);
    out->is_null = false;
    switch (PQftype(s->result, at)) {
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_XID8:
        out->kind = SQL_NUMBER;
        out->number = number_at((const unsigned char *)bytes, size);
        break;
    case TYPE_FLOAT8:
        out->kind = SQL_REAL;
        uint64_t real = (uint64_t)number_at((const unsigned char *)bytes, size);
        memcpy(&out->real, &real, sizeof real);
        break;
    default:
        out->kind = SQL_BYTES;
        out->bytes = (str){bytes, (size_t)size};
        break;
    }
}

const struct statement_ops postgres_statement_ops = {.begin = begin,
                                                     .end = end,
                                                     .bind = bind,
                                                     .start = start,
                                                     .step = step,
                                                     .run_later = run_later,
                                                     .stream = stream,
                                                     .changes = changes,
                                                     .column = column};
