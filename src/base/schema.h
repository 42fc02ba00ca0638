/* One table per struct. SCHEMA(T, FIELD(…), …) describes the members of struct T once; JSON both
 * ways, validation, query and path binding, SQL columns and rows, OpenAPI and log redaction all
 * read that one table. The kind of a member is found by the compiler from its type, so the table
 * cannot lie about it; schema_check finds a member left out.
 *
 * Absence: a str by ptr == NULL, a uuid, date or instant by all zero, opt_ types by is_set, a list
 * by len == 0; a list that JSON gave as an empty one has an address all the same. */
#ifndef BASE_SCHEMA_H
#define BASE_SCHEMA_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

typedef struct opt_i64 {
    bool is_set;
    int64_t value;
} opt_i64;
typedef struct opt_bool {
    bool is_set;
    bool value;
} opt_bool;

enum field_kind {
    FIELD_STR,
    FIELD_BOOL,
    FIELD_I32,
    FIELD_U32,
    FIELD_I64,
    FIELD_DOUBLE,
    FIELD_OPT_I64,
    FIELD_OPT_BOOL,
    FIELD_UUID,
    FIELD_DATE,
    FIELD_INSTANT,
    FIELD_STR_LIST,
    FIELD_ENUM,   /* an enum with a table of names */
    FIELD_OBJECT, /* a struct with a schema of its own */
    FIELD_LIST,   /* a SLICE of such structs */
    FIELD_EMBED,  /* a struct whose members appear as if they were ours: paged_query and the like */
};

enum field_flags {
    KEY = 1,          /* identifies the object; bound from the path */
    REQUIRED = 2,     /* must be there in a request; always there in a result */
    PHI = 4,          /* tells something about a patient: never in a log or an error text */
    SECRET = 8,       /* never leaves in a log, an export or a message */
    INTERNAL = 16,    /* for the program and its database; not in JSON */
    NULLABLE = 32,    /* written as null when absent, so that clients see the member */
    STORED_ONLY = 64, /* a column, but not part of what clients write */
    FROM_HEADER = 128 /* bound from a header by the router, never from body or query */
};

struct schema;

/* What is wrong with a value in words fit for its sender, or NULL. */
typedef const char *field_check(str value);

struct field {
    const char *name;
    enum field_kind kind;
    unsigned flags;
    size_t offset, size;
    int64_t min, max; /* of a number; of a text in bytes, of a list in elements. max 0: no limit but
                         the kind's */
    field_check *check;
    const char *const *names; /* FIELD_ENUM: NULL-terminated, indexed by value */
    const struct schema *of;  /* FIELD_OBJECT, FIELD_LIST, FIELD_EMBED */
    const char *doc;
    const char *example;
};

struct schema {
    const char *name;
    size_t size, align;
    const struct field *fields;
    size_t field_count;
};

enum { SCHEMA_FIELD_COUNT_MAX = 64, FIELD_TEXT_SIZE_MAX = 64 * 1024, FIELD_LIST_LEN_MAX = 10000 };

#define FIELD_KIND_OF(member_)                                                                     \
    _Generic((member_), str                                                                        \
             : FIELD_STR, bool                                                                     \
             : FIELD_BOOL, int32_t                                                                 \
             : FIELD_I32, uint32_t                                                                 \
             : FIELD_U32, int64_t                                                                  \
             : FIELD_I64, double                                                                   \
             : FIELD_DOUBLE, opt_i64                                                               \
             : FIELD_OPT_I64, opt_bool                                                             \
             : FIELD_OPT_BOOL, uuid                                                                \
             : FIELD_UUID, date                                                                    \
             : FIELD_DATE, instant                                                                 \
             : FIELD_INSTANT, struct str_slice                                                     \
             : FIELD_STR_LIST)

#define FIELD_PLACE_(T_, m_)                                                                       \
    .name = #m_, .offset = offsetof(struct T_, m_), .size = sizeof(((struct T_ *)0)->m_)
#define FIELD(T_, m_, ...)                                                                         \
    {                                                                                              \
        FIELD_PLACE_(T_, m_), .kind = FIELD_KIND_OF(((struct T_ *)0)->m_), __VA_ARGS__             \
    }
#define FIELD_ENUM_OF(T_, m_, names_, ...)                                                         \
    {                                                                                              \
        FIELD_PLACE_(T_, m_), .kind = FIELD_ENUM, .names = (names_), __VA_ARGS__                   \
    }
#define FIELD_OBJECT_OF(T_, m_, of_, ...)                                                          \
    {                                                                                              \
        FIELD_PLACE_(T_, m_), .kind = FIELD_OBJECT,                                                \
                              .of = _Generic(((struct T_ *)0)->m_, struct of_                      \
                                             : &of_##_schema),                                     \
                              __VA_ARGS__                                                          \
    }
#define FIELD_EMBED_OF(T_, m_, of_)                                                                \
    {                                                                                              \
        FIELD_PLACE_(T_, m_), .kind = FIELD_EMBED,                                                 \
                              .of = _Generic(((struct T_ *)0)->m_, struct of_                      \
                                             : &of_##_schema)                                      \
    }
#define FIELD_LIST_OF(T_, m_, of_, ...)                                                            \
    {                                                                                              \
        FIELD_PLACE_(T_, m_), .kind = FIELD_LIST,                                                  \
                              .of = _Generic(((struct T_ *)0)->m_.at, struct of_ *                 \
                                             : &of_##_schema),                                     \
                              __VA_ARGS__                                                          \
    }

#define DECLARE_SCHEMA(T_) extern const struct schema T_##_schema
#define SCHEMA(T_, ...)                                                                            \
    static const struct field T_##_fields[] = {__VA_ARGS__};                                       \
    const struct schema T_##_schema = {#T_, sizeof(struct T_), _Alignof(struct T_), T_##_fields,   \
                                       sizeof T_##_fields / sizeof T_##_fields[0]}
#define SCHEMA_EMPTY(T_) const struct schema T_##_schema = {#T_, sizeof(struct T_), 1, NULL, 0}
/* A request or result without members; the member keeps ISO C content. */
#define EMPTY_STRUCT char nothing

/* Which of the names that is, as of FIELD_ENUM: NULL-terminated. Not set for an absent name, and
 * for one that is none of them. */
opt_i64 name_number(const char *const *names, str name);

/* Complaints about single fields, collected so that a sender sees all of them at once (RFC 9457
 * issues). */
struct issue {
    str field, text;
};
SLICE(issue);
struct issues {
    struct arena *arena;
    struct issue_slice list;
};
void issues_add(struct issues *issues, str field, const char *text);

/* The field called name, looking into embedded structs; *object becomes the struct it lives in.
 * NULL: none. */
const struct field *schema_find(const struct schema *schema, str name, void **object);

/* Reads text (a query value, a path segment, a form value) into the member; complains when it is
 * not of its kind. */
void field_read_text(const struct field *field, struct arena *a, str text, void *object,
                     struct issues *issues);
/* The member as text, as it would stand in JSON without quotes. Absent: STR_NONE. Not for objects
 * and lists. */
str field_text(const struct field *field, struct arena *a, const void *object);
/* The same appended to out, without a copy in between. The member is set. */
void field_add_text(struct buf *out, const struct field *field, const void *object);
bool field_is_set(const struct field *field, const void *object);

/* Required members present, texts and numbers within limits, checks satisfied; all of it into
 * issues. */
void schema_validate(const struct schema *schema, const void *object, struct issues *issues);

/* For tests: the first flaw of the table (a hole where a member was left out, two fields of one
 * name, too many), or NULL. */
const char *schema_check(const struct schema *schema);
/* The object's own texts become copies that live in a. */
void schema_copy_texts(const struct schema *schema, struct arena *a, void *object);

#endif
