/* Walks over the one table: finding, reading text, validating, checking the table itself. */
#include "base/schema.h"

#include "base/arena.h"

#include <stdlib.h>

void issues_add(struct issues *issues, str field, const char *text)
{
    struct issue *issue = SLICE_PUSH(issues->arena, &issues->list);
    issue->field = str_copy(issues->arena, field);
    issue->text = str_of(text);
}

const struct field *schema_find(const struct schema *schema, str name, void **object)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (f->kind == FIELD_EMBED) {
            void *inner = (char *)*object + f->offset;
            const struct field *found = schema_find(f->of, name, &inner);
            if (found != NULL) {
                *object = inner;
                return found;
            }
        } else if (strlen(f->name) == name.len && memcmp(f->name, name.ptr, name.len) == 0) {
            return f;
        }
    }
    return NULL;
}

opt_i64 name_number(const char *const *names, str name)
{
    for (int64_t i = 0; names[i] != NULL; i++)
        if (str_eq(str_of(names[i]), name))
            return (opt_i64){true, i};
    return (opt_i64){0};
}

static bool enum_from_text(const struct field *f, str text, unsigned *out)
{
    opt_i64 number = name_number(f->names, text);
    if (number.is_set)
        *out = (unsigned)number.value;
    return number.is_set;
}

static bool read_bool(str text, bool *out)
{
    *out = str_eq(text, STR("true")) || str_eq(text, STR("1"));
    return *out || str_eq(text, STR("false")) || str_eq(text, STR("0"));
}

static const char *read_number(const struct field *f, str text, void *at)
{
    int64_t value;
    if (!str_to_i64(text, &value))
        return "must be a whole number";
    if (f->kind == FIELD_I64) {
        *(int64_t *)at = value;
    } else if (f->kind == FIELD_OPT_I64) {
        *(opt_i64 *)at = (opt_i64){true, value};
    } else if (f->kind == FIELD_I32) {
        if (value < INT32_MIN || value > INT32_MAX)
            return "is out of range";
        *(int32_t *)at = (int32_t)value;
    } else {
        if (value < 0 || value > UINT32_MAX)
            return "is out of range";
        *(uint32_t *)at = (uint32_t)value;
    }
    return NULL;
}

static const char *read_str_list(struct arena *a, str text, struct str_slice *out)
{
    str part;
    while (str_cut(&text, ',', &part)) {
        if (out->len >= FIELD_LIST_LEN_MAX)
            return "has too many elements";
        if (part.len != 0)
            *SLICE_PUSH(a, out) = part;
    }
    return NULL;
}

static const char *read_text(const struct field *f, struct arena *a, str text, void *at)
{
    bool flag;
    unsigned number;
    switch (f->kind) {
    case FIELD_STR:
        *(str *)at = text.ptr == NULL ? STR("") : text;
        return NULL;
    case FIELD_BOOL:
    case FIELD_OPT_BOOL:
        if (!read_bool(text, &flag))
            return "must be true or false";
        if (f->kind == FIELD_BOOL)
            *(bool *)at = flag;
        else
            *(opt_bool *)at = (opt_bool){true, flag};
        return NULL;
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_OPT_I64:
        return read_number(f, text, at);
    case FIELD_DOUBLE:
        return str_to_double(text, at) ? NULL : "must be a number";
    case FIELD_UUID:
        return uuid_from_text(text, at) ? NULL : "must be a UUID";
    case FIELD_DATE:
        return date_from_text(text, at) ? NULL : "must be a date like 2026-01-31";
    case FIELD_INSTANT:
        return instant_from_text(text, at) ? NULL : "must be a time like 2026-01-31T12:00:00Z";
    case FIELD_STR_LIST:
        return read_str_list(a, text, at);
    case FIELD_ENUM:
        if (!enum_from_text(f, text, &number))
            return "is not one of the allowed values";
        memcpy(at, &number, sizeof number);
        return NULL;
    case FIELD_OBJECT:
    case FIELD_LIST:
    case FIELD_EMBED:
        break;
    }
    return "cannot be given as text";
}

void field_read_text(const struct field *f, struct arena *a, str text, void *object,
                     struct issues *issues)
{
    const char *complaint = read_text(f, a, text, (char *)object + f->offset);
    if (complaint != NULL)
        issues_add(issues, str_of(f->name), complaint);
}

bool field_is_set(const struct field *f, const void *object)
{
    const void *at = (const char *)object + f->offset;
    switch (f->kind) {
    case FIELD_STR:
        return ((const str *)at)->ptr != NULL;
    case FIELD_OPT_I64:
        return ((const opt_i64 *)at)->is_set;
    case FIELD_OPT_BOOL:
        return ((const opt_bool *)at)->is_set;
    case FIELD_UUID:
        return uuid_is_set(*(const uuid *)at);
    case FIELD_DATE:
        return ((const date *)at)->ymd != 0;
    case FIELD_INSTANT:
        return ((const instant *)at)->us != 0;
    case FIELD_STR_LIST:
    case FIELD_LIST:
        return ((const struct str_slice *)at)->len != 0;
    default:
        return true;
    }
}

void field_add_text(struct buf *out, const struct field *f, const void *object)
{
    const void *at = (const char *)object + f->offset;
    char text[UUID_TEXT_SIZE];
    switch (f->kind) {
    case FIELD_STR:
        buf_add(out, *(const str *)at);
        break;
    case FIELD_BOOL:
        buf_add(out, *(const bool *)at ? STR("true") : STR("false"));
        break;
    case FIELD_OPT_BOOL:
        buf_add(out, ((const opt_bool *)at)->value ? STR("true") : STR("false"));
        break;
    case FIELD_I32:
        buf_add_i64(out, *(const int32_t *)at);
        break;
    case FIELD_U32:
        buf_add_u64(out, *(const uint32_t *)at);
        break;
    case FIELD_I64:
        buf_add_i64(out, *(const int64_t *)at);
        break;
    case FIELD_OPT_I64:
        buf_add_i64(out, ((const opt_i64 *)at)->value);
        break;
    case FIELD_DOUBLE:
        buf_add_double(out, *(const double *)at);
        break;
    case FIELD_UUID:
        uuid_write(*(const uuid *)at, text);
        buf_add_bytes(out, text, UUID_TEXT_SIZE);
        break;
    case FIELD_DATE:
        buf_add(out, date_text(out->arena, *(const date *)at));
        break;
    case FIELD_INSTANT:
        instant_write(*(const instant *)at, text);
        buf_add_bytes(out, text, INSTANT_TEXT_SIZE);
        break;
    case FIELD_ENUM:
        buf_add(out, str_of(f->names[*(const unsigned *)at]));
        break;
    default:
        break;
    }
}

str field_text(const struct field *f, struct arena *a, const void *object)
{
    struct buf b = BUF_IN(a);
    if (!field_is_set(f, object) || f->kind > FIELD_ENUM || f->kind == FIELD_STR_LIST)
        return STR_NONE;
    if (f->kind == FIELD_STR)
        return *(const str *)(const void *)((const char *)object + f->offset);
    field_add_text(&b, f, object);
    return buf_str(&b);
}

static int64_t number_of(const struct field *f, const void *at)
{
    switch (f->kind) {
    case FIELD_I32:
        return *(const int32_t *)at;
    case FIELD_U32:
        return *(const uint32_t *)at;
    case FIELD_OPT_I64:
        return ((const opt_i64 *)at)->value;
    default:
        return *(const int64_t *)at;
    }
}

static const char *check_text(const struct field *f, str text)
{
    size_t max = f->max != 0 ? (size_t)f->max : FIELD_TEXT_SIZE_MAX;
    if (text.len > max)
        return "is too long";
    if (text.len < (size_t)f->min)
        return "is too short";
    if (text.len != 0 && memchr(text.ptr, '\0', text.len) != NULL)
        return "must not contain NUL";
    if ((f->flags & REQUIRED) != 0 && text.len == 0)
        return "must not be empty";
    return f->check != NULL ? f->check(text) : NULL;
}

static const char *check_value(const struct field *f, const void *object)
{
    const void *at = (const char *)object + f->offset;
    if (!field_is_set(f, object))
        return (f->flags & REQUIRED) != 0 ? "is required" : NULL;
    switch (f->kind) {
    case FIELD_STR:
        return check_text(f, *(const str *)at);
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_OPT_I64:
        if (f->max != 0 && (number_of(f, at) < f->min || number_of(f, at) > f->max))
            return "is out of range";
        return NULL;
    case FIELD_STR_LIST: {
        const struct str_slice *list = at;
        if (f->max != 0 && list->len > (size_t)f->max)
            return "has too many elements";
        for (size_t i = 0; f->check != NULL && i < list->len; i++) {
            const char *complaint = f->check(list->at[i]);
            if (complaint != NULL)
                return complaint;
        }
        return NULL;
    }
    case FIELD_LIST:
        return f->max != 0 && ((const struct str_slice *)at)->len > (size_t)f->max
                   ? "has too many elements"
                   : NULL;
    default:
        return NULL;
    }
}

void schema_validate(const struct schema *schema, const void *object, struct issues *issues)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        const char *at = (const char *)object + f->offset;
        const char *complaint = check_value(f, object);
        if (complaint != NULL)
            issues_add(issues, str_of(f->name), complaint);
        if (f->kind == FIELD_OBJECT || f->kind == FIELD_EMBED)
            schema_validate(f->of, at, issues);
        if (f->kind == FIELD_LIST) {
            const struct str_slice *list = (const struct str_slice *)at;
            for (size_t n = 0; n < list->len; n++)
                schema_validate(f->of, (const char *)(const void *)list->at + n * f->of->size,
                                issues);
        }
    }
}

static size_t align_of(const struct field *f)
{
    if (f->kind == FIELD_OBJECT || f->kind == FIELD_EMBED)
        return f->of->align;
    if (f->kind == FIELD_UUID || f->kind == FIELD_BOOL || f->kind == FIELD_OPT_BOOL)
        return 1;
    return f->size >= 8 ? 8 : f->size;
}

const char *schema_check(const struct schema *schema)
{
    size_t end = 0;
    if (schema->field_count > SCHEMA_FIELD_COUNT_MAX)
        return "too many fields";
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        size_t align = align_of(f);
        if (f->offset != ((end + align - 1) & ~(align - 1)))
            return f->name;
        end = f->offset + f->size;
        if (f->kind == FIELD_ENUM && f->size != sizeof(unsigned))
            return f->name;
        for (size_t j = 0; j < i; j++)
            if (strcmp(schema->fields[j].name, f->name) == 0)
                return f->name;
    }
    if (schema->field_count != 0 &&
        ((end + schema->align - 1) & ~(schema->align - 1)) != schema->size)
        return "a member at the end is missing";
    return NULL;
}

void schema_copy_texts(const struct schema *schema, struct arena *a, void *object)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        str *text = (str *)(void *)((char *)object + f->offset);
        if (f->kind == FIELD_STR && text->ptr != NULL)
            *text = str_copy(a, *text);
    }
}
