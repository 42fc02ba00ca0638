/* Connections of a call, and the statements every entity needs. */
#include "infrastructure/sqlite/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "domain/entities/patient.h"
#include "infrastructure/migrations/migrations.h"

#include <stdlib.h>

static const struct db_context_ops sqlite_context_ops;

static struct sqlite_session *self(struct db_session *s)
{
    return container_of(s, struct sqlite_session, base);
}

static const struct db_repositories repositories = {
    .organization_reader = {&sqlite_organization_reader_ops},
    .organization_writer = {&sqlite_organization_writer_ops},
    .user_reader = {&sqlite_user_reader_ops},
    .user_writer = {&sqlite_user_writer_ops},
    .session_reader = {&sqlite_session_reader_ops},
    .session_writer = {&sqlite_session_writer_ops},
    .image_reader = {&sqlite_image_reader_ops},
    .image_writer = {&sqlite_image_writer_ops},
    .audit_reader = {&sqlite_audit_reader_ops},
    .audit_writer = {&sqlite_audit_writer_ops},
    .change_reader = {&sqlite_change_reader_ops},
    .idempotency_reader = {&sqlite_idempotency_reader_ops},
    .idempotency_writer = {&sqlite_idempotency_writer_ops},
    .outbox = {&sqlite_outbox_ops},
};

static err session_begin(struct db_context *context, struct arena *a, struct clock *clock,
                         struct db_session **out)
{
    struct sqlite_session *s = NEW(a, struct sqlite_session);
    *s = (struct sqlite_session){
        .unit = {.db = container_of(context, struct sqlite_database, base)},
        .clock = clock,
    };
    db_session_init(&s->base, context, &repositories);
    *out = &s->base;
    return OK;
}

static void session_end(struct db_session *base)
{
    struct sqlite_session *s = self(base);
    sqlite_unit_rollback(&s->unit);
    if (s->reader != NULL)
        sqlite_read_end(s->unit.db, s->reader);
    s->reader = NULL;
}

static err session_commit(struct db_session *base)
{
    return sqlite_unit_commit(&self(base)->unit);
}

static err health(struct db_context *context)
{
    struct sqlite_database *db = container_of(context, struct sqlite_database, base);
    struct sqlite_connection *c;
    TRY(sqlite_read_begin(db, &c));
    sqlite_read_end(db, c);
    return OK;
}

static const struct db_context_ops sqlite_context_ops = {.session_begin = session_begin,
                                                         .session_commit = session_commit,
                                                         .session_end = session_end,
                                                         .health = health};

err sqlite_context_open(struct sqlite_database *db, struct arena *a, str path)
{
    int applied;
    TRY(sqlite_database_open(db, path));
    db->base.ops = &sqlite_context_ops;
    return sqlite_migrate(db, a, migrations, migration_count, &applied);
}

err sqlite_session_read(struct sqlite_session *s, struct sqlite_connection **out)
{
    if (s->unit.has_begun)
        return sqlite_unit_begin(&s->unit, out);
    if (s->reader == NULL)
        TRY(sqlite_read_begin(s->unit.db, &s->reader));
    *out = s->reader;
    return OK;
}

err sqlite_session_write(struct sqlite_session *s, struct sqlite_connection **out)
{
    return sqlite_unit_begin(&s->unit, out);
}

static struct entity_sql entities[] = {
    {.schema = &organization_schema, .table = "organizations"},
    {.schema = &user_schema, .table = "users"},
    {.schema = &session_schema, .table = "sessions"},
    {.schema = &patient_schema, .table = "patients"},
    {.schema = &study_schema, .table = "studies"},
    {.schema = &series_schema, .table = "series"},
    {.schema = &instance_schema, .table = "instances"},
    {.schema = &audit_event_schema, .table = "audit_events"},
    {.schema = &idempotency_record_schema, .table = "idempotency_records"},
};
static pthread_once_t entities_once = PTHREAD_ONCE_INIT;

static char *keep(struct arena *scratch, struct buf *text)
{
    char *copy = heap_alloc(text->len + 1);
    memcpy(copy, text->ptr, text->len);
    arena_reset(scratch);
    return copy;
}

static void make_statements(void)
{
    struct arena scratch = {0};
    for (size_t i = 0; i < COUNT_OF(entities); i++) {
        struct entity_sql *e = &entities[i];
        struct buf select = BUF_IN(&scratch);
        buf_add(&select, STR("SELECT "));
        sql_columns(&select, e->schema, "", true);
        buf_addf(&select, " FROM %s ", e->table);
        e->select = keep(&scratch, &select);
        struct buf insert = BUF_IN(&scratch);
        buf_addf(&insert, "INSERT INTO %s(", e->table);
        sql_columns(&insert, e->schema, "", false);
        buf_add(&insert, STR(") VALUES ("));
        sql_placeholders(&insert, e->schema, false);
        buf_add(&insert, STR(")"));
        e->insert = keep(&scratch, &insert);
        struct buf update = BUF_IN(&scratch);
        buf_addf(&update, "UPDATE %s SET ", e->table);
        sql_assignments(&update, e->schema);
        buf_add(&update, STR(" WHERE key = ?98 AND version = ?99"));
        e->update = keep(&scratch, &update);
    }
    arena_deinit(&scratch);
}

const struct entity_sql *entity_sql(const struct schema *schema)
{
    pthread_once(&entities_once, make_statements);
    for (size_t i = 0; i < COUNT_OF(entities); i++)
        if (entities[i].schema == schema)
            return &entities[i];
    abort(); /* an entity without a table: a bug seen by the first test */
}

static int64_t *number_member(const struct schema *schema, void *object, str name)
{
    const struct field *f = schema_find(schema, name, &object);
    return f == NULL ? NULL : (int64_t *)(void *)((char *)object + f->offset);
}

err entity_insert(struct sqlite_session *s, const struct schema *schema, void *object)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement insert = {0};
    int64_t *version = number_member(schema, object, STR("version"));
    TRY(sqlite_session_write(s, &c));
    if (version != NULL)
        *version = 1;
    TRY(statement_begin(c, entity_sql(schema)->insert, &insert));
    statement_bind_object(&insert, 1, schema, object, false);
    TRY(statement_run(&insert));
    *number_member(schema, object, STR("key")) = statement_last_key(&insert);
    return OK;
}

err entity_update(struct sqlite_session *s, const struct schema *schema, void *object)
{
    struct sqlite_connection *c;
    CLEANUP(statement_end) struct statement update = {0};
    int64_t *version = number_member(schema, object, STR("version"));
    TRY(sqlite_session_write(s, &c));
    TRY(statement_begin(c, entity_sql(schema)->update, &update));
    ++*version;
    statement_bind_object(&update, 1, schema, object, false);
    statement_bind_i64(&update, 98, *number_member(schema, object, STR("key")));
    statement_bind_i64(&update, 99, *version - 1);
    err e = statement_run(&update);
    if (!failed(e) && statement_changes(&update) != 1)
        e = ERR(PRECONDITION_FAILED, "somebody else changed it");
    if (failed(e))
        --*version;
    return e;
}

err entity_read_row(struct statement *s, struct arena *a, const struct schema *schema, void *out)
{
    bool has_row;
    TRY(statement_step(s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    statement_column_object(s, a, 0, schema, out);
    return OK;
}
