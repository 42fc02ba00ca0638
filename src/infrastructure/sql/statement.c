/* Typed binds and columns over an engine's, and rows by schema. */
#include "infrastructure/sql/statement.h"

#include "base/arena.h"
#include "infrastructure/sql/engine.h"

static err begin(struct sql_connection *c, str sql, bool is_constant, struct statement *out)
{
    const struct statement_ops *ops = c->engine->ops->statements;
    *out = (struct statement){.ops = ops, .connection = c};
    return ops->begin(c, sql, is_constant, out);
}

err statement_begin(struct sql_connection *c, const char *sql, struct statement *out)
{
    return begin(c, str_of(sql), true, out);
}

err statement_prepare(struct sql_connection *c, str sql, struct statement *out)
{
    return begin(c, sql, false, out);
}

void statement_end(struct statement *s)
{
    if (s->handle != NULL)
        s->ops->end(s);
    s->handle = NULL;
}

static void bind(struct statement *s, int at, struct sql_value value)
{
    s->ops->bind(s, at, &value);
}

void statement_bind_i64(struct statement *s, int at, int64_t value)
{
    bind(s, at, (struct sql_value){.kind = SQL_NUMBER, .number = value});
}

void statement_bind_opt_i64(struct statement *s, int at, opt_i64 value)
{
    bind(s, at,
         (struct sql_value){.kind = SQL_NUMBER, .is_null = !value.is_set, .number = value.value});
}

void statement_bind_str(struct statement *s, int at, str value)
{
    bind(s, at, (struct sql_value){.kind = SQL_TEXT, .is_null = value.ptr == NULL, .bytes = value});
}

void statement_bind_blob(struct statement *s, int at, str value)
{
    bind(s, at,
         (struct sql_value){.kind = SQL_BYTES, .is_null = value.ptr == NULL, .bytes = value});
}

void statement_bind_uuid(struct statement *s, int at, uuid value)
{
    bind(s, at,
         (struct sql_value){.kind = SQL_UUID,
                            .is_null = !uuid_is_set(value),
                            .bytes = {(const char *)value.at, sizeof value.at}});
}

err statement_start(struct statement *s)
{
    return s->ops->start(s);
}

err statement_step(struct statement *s, bool *has_row)
{
    return s->ops->step(s, has_row);
}

err statement_run(struct statement *s)
{
    bool has_row;
    return s->ops->step(s, &has_row);
}

err statement_run_later(struct statement *s)
{
    return s->ops->run_later(s);
}

void statement_stream(struct statement *s)
{
    s->ops->stream(s);
}

int64_t statement_changes(const struct statement *s)
{
    return s->ops->changes(s);
}

static struct sql_value column(const struct statement *s, int at)
{
    struct sql_value value;
    s->ops->column(s, at, &value);
    return value;
}

int64_t statement_column_i64(const struct statement *s, int at)
{
    return column(s, at).number;
}

static str text_of(const struct sql_value *value, struct arena *a)
{
    if (value->is_null)
        return STR_NONE;
    return a == NULL ? value->bytes : str_copy(a, value->bytes);
}

str statement_column_str(const struct statement *s, struct arena *a, int at)
{
    struct sql_value value = column(s, at);
    return text_of(&value, a);
}

static uuid uuid_of(const struct sql_value *value)
{
    uuid u = {0};
    if (!value->is_null && value->bytes.len == sizeof u)
        memcpy(&u, value->bytes.ptr, sizeof u);
    return u;
}

uuid statement_column_uuid(const struct statement *s, int at)
{
    struct sql_value value = column(s, at);
    return uuid_of(&value);
}

str sql_like_part(struct arena *a, str text)
{
    struct buf out = BUF_IN(a);
    buf_add_char(&out, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\')
            buf_add_char(&out, '\\');
        buf_add_char(&out, text.ptr[i]);
    }
    buf_add_char(&out, '%');
    return buf_str(&out);
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

int sql_placeholders(struct buf *out, const struct schema *schema, bool with_key)
{
    int count = 0;
    for (size_t i = 0; i < schema->field_count; i++)
        if (is_column(&schema->fields[i], with_key)) {
            buf_addf(out, "%s?%d", count == 0 ? "" : ", ", count + 1);
            count++;
        }
    return count;
}

int sql_assignments(struct buf *out, const struct schema *schema)
{
    int count = 0;
    for (size_t i = 0; i < schema->field_count; i++)
        if (is_column(&schema->fields[i], false)) {
            buf_addf(out, "%s%s = ?%d", count == 0 ? "" : ", ", schema->fields[i].name, count + 1);
            count++;
        }
    return count;
}

static struct sql_value number(int64_t value)
{
    return (struct sql_value){.kind = SQL_NUMBER, .number = value};
}

static struct sql_value member_value(const struct field *f, const void *member)
{
    struct sql_value value = {.kind = SQL_NUMBER};
    switch (f->kind) {
    case FIELD_STR:
        value.kind = SQL_TEXT;
        value.bytes = *(const str *)member;
        value.is_null = value.bytes.ptr == NULL;
        return value;
    case FIELD_BOOL:
        return number(*(const bool *)member);
    case FIELD_I32:
    case FIELD_DATE:
        return number(*(const int32_t *)member);
    case FIELD_U32:
    case FIELD_ENUM:
        return number(*(const uint32_t *)member);
    case FIELD_I64:
        return number(*(const int64_t *)member);
    case FIELD_INSTANT:
        value.number = ((const instant *)member)->us;
        value.is_null = value.number == 0;
        return value;
    case FIELD_DOUBLE:
        value.kind = SQL_REAL;
        value.real = *(const double *)member;
        return value;
    case FIELD_OPT_I64:
        value.number = ((const opt_i64 *)member)->value;
        value.is_null = !((const opt_i64 *)member)->is_set;
        return value;
    case FIELD_OPT_BOOL:
        value.number = ((const opt_bool *)member)->value;
        value.is_null = !((const opt_bool *)member)->is_set;
        return value;
    case FIELD_UUID:
        value.kind = SQL_UUID;
        value.is_null = !uuid_is_set(*(const uuid *)member);
        value.bytes = (str){member, sizeof(uuid)};
        return value;
    default:
        value.is_null = true;
        return value;
    }
}

int statement_bind_object(struct statement *s, int first, const struct schema *schema,
                          const void *object, bool with_key)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (is_column(f, with_key))
            bind(s, first++, member_value(f, (const char *)object + f->offset));
    }
    return first;
}

static void read_member(struct arena *a, const struct field *f, const struct sql_value *value,
                        void *member)
{
    switch (f->kind) {
    case FIELD_STR:
        *(str *)member = text_of(value, a);
        break;
    case FIELD_BOOL:
        *(bool *)member = value->number != 0;
        break;
    case FIELD_I32:
    case FIELD_DATE:
        *(int32_t *)member = (int32_t)value->number;
        break;
    case FIELD_U32:
    case FIELD_ENUM:
        *(uint32_t *)member = (uint32_t)value->number;
        break;
    case FIELD_I64:
    case FIELD_INSTANT:
        *(int64_t *)member = value->number;
        break;
    case FIELD_DOUBLE:
        *(double *)member = value->real;
        break;
    case FIELD_OPT_I64:
        *(opt_i64 *)member = (opt_i64){!value->is_null, value->number};
        break;
    case FIELD_OPT_BOOL:
        *(opt_bool *)member = (opt_bool){!value->is_null, value->number != 0};
        break;
    case FIELD_UUID:
        *(uuid *)member = uuid_of(value);
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
        struct sql_value value;
        if (!is_column(f, true))
            continue;
        s->ops->column(s, first++, &value);
        read_member(a, f, &value, (char *)out + f->offset);
    }
    return first;
}
