/* Connections of a call, and the statements every entity needs. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "domain/entities/patient.h"

#include <stdlib.h>

static struct sql_session *self(struct db_session *s)
{
    return container_of(s, struct sql_session, base);
}

static const struct db_repositories repositories = {
    .organization_reader = {&sql_organization_reader_ops},
    .organization_writer = {&sql_organization_writer_ops},
    .user_reader = {&sql_user_reader_ops},
    .user_writer = {&sql_user_writer_ops},
    .session_reader = {&sql_session_reader_ops},
    .session_writer = {&sql_session_writer_ops},
    .signing_key_reader = {&sql_signing_key_reader_ops},
    .signing_key_writer = {&sql_signing_key_writer_ops},
    .password_request_writer = {&sql_password_request_writer_ops},
    .image_reader = {&sql_image_reader_ops},
    .image_writer = {&sql_image_writer_ops},
    .non_patient_reader = {&sql_non_patient_reader_ops},
    .non_patient_writer = {&sql_non_patient_writer_ops},
    .attribute_reader = {&sql_attribute_reader_ops},
    .attribute_writer = {&sql_attribute_writer_ops},
    .audit_reader = {&sql_audit_reader_ops},
    .audit_writer = {&sql_audit_writer_ops},
    .change_reader = {&sql_change_reader_ops},
    .idempotency_reader = {&sql_idempotency_reader_ops},
    .idempotency_writer = {&sql_idempotency_writer_ops},
    .lease_writer = {&sql_lease_writer_ops},
    .work_item_reader = {&sql_work_item_reader_ops},
    .work_item_writer = {&sql_work_item_writer_ops},
    .grant_reader = {&sql_grant_reader_ops},
    .grant_writer = {&sql_grant_writer_ops},
    .mail_reader = {&sql_mail_reader_ops},
    .mail_writer = {&sql_mail_writer_ops},
    .role_reader = {&sql_role_reader_ops},
    .role_writer = {&sql_role_writer_ops},
    .group_reader = {&sql_group_reader_ops},
    .group_writer = {&sql_group_writer_ops},
    .share_reader = {&sql_share_reader_ops},
    .share_writer = {&sql_share_writer_ops},
    .album_reader = {&sql_album_reader_ops},
    .album_writer = {&sql_album_writer_ops},
    .api_key_reader = {&sql_api_key_reader_ops},
    .api_key_writer = {&sql_api_key_writer_ops},
    .upload_reader = {&sql_upload_reader_ops},
    .upload_writer = {&sql_upload_writer_ops},
    .task_reader = {&sql_task_reader_ops},
    .task_writer = {&sql_task_writer_ops},
    .disclosure_reader = {&sql_disclosure_reader_ops},
    .disclosure_writer = {&sql_disclosure_writer_ops},
    .webhook_reader = {&sql_webhook_reader_ops},
    .webhook_writer = {&sql_webhook_writer_ops},
    .notification_reader = {&sql_notification_reader_ops},
    .notification_writer = {&sql_notification_writer_ops},
    .report_reader = {&sql_report_reader_ops},
    .report_writer = {&sql_report_writer_ops},
    .report_template_reader = {&sql_report_template_reader_ops},
    .report_template_writer = {&sql_report_template_writer_ops},
    .schedule_reader = {&sql_schedule_reader_ops},
    .identity_reader = {&sql_identity_reader_ops},
    .schedule_writer = {&sql_schedule_writer_ops},
    .retention_reader = {&sql_retention_reader_ops},
    .retention_writer = {&sql_retention_writer_ops},
    .identity_writer = {&sql_identity_writer_ops},
    .event_reader = {&sql_event_reader_ops},
    .event_writer = {&sql_event_writer_ops},
    .outbox = {&sql_outbox_ops},
};

static err session_begin(struct db_context *context, struct arena *a, struct clock *clock,
                         struct db_session **out)
{
    struct sql_session *s = NEW(a, struct sql_session);
    *s = (struct sql_session){
        .unit = {.engine = container_of(context, struct sql_engine, base)},
        .clock = clock,
    };
    db_session_init(&s->base, context, &repositories);
    *out = &s->base;
    return OK;
}

static void session_end(struct db_session *base)
{
    struct sql_session *s = self(base);
    sql_unit_rollback(&s->unit);
    if (s->reader != NULL)
        sql_read_end(s->unit.engine, s->reader);
    s->reader = NULL;
}

static err session_commit(struct db_session *base)
{
    return sql_unit_commit(&self(base)->unit);
}

static err ask(struct sql_engine *e)
{
    struct sql_connection *c;
    bool has_row;
    TRY(sql_read_begin(e, &c));
    struct statement s = {0};
    err outcome = statement_begin(c, "SELECT 1", &s);
    if (!failed(outcome))
        outcome = statement_step(&s, &has_row);
    statement_end(&s);
    sql_read_end(e, c);
    return outcome;
}

/* The connection may be one that was lost while nobody used it. */
static err health(struct db_context *context)
{
    struct sql_engine *e = container_of(context, struct sql_engine, base);
    err outcome = ask(e);
    return outcome.code == ERR_SERIALIZATION ? ask(e) : outcome;
}

const struct db_context_ops sql_context_ops = {.session_begin = session_begin,
                                               .session_commit = session_commit,
                                               .session_end = session_end,
                                               .health = health};

err sql_session_read(struct sql_session *s, struct sql_connection **out)
{
    return s->unit.has_begun ? sql_unit_begin(&s->unit, out) : sql_session_read_apart(s, out);
}

err sql_session_read_apart(struct sql_session *s, struct sql_connection **out)
{
    if (s->unit.has_begun)
        return sql_unit_begin_apart(&s->unit, out);
    if (s->reader == NULL)
        TRY(sql_read_begin(s->unit.engine, &s->reader));
    *out = s->reader;
    return OK;
}

err sql_session_write(struct sql_session *s, struct sql_connection **out)
{
    return sql_unit_begin(&s->unit, out);
}

err sql_session_write_apart(struct sql_session *s, struct sql_connection **out)
{
    return sql_unit_begin_apart(&s->unit, out);
}

static struct entity_sql entities[] = {
    {.schema = &webhook_schema, .number = TABLE_WEBHOOKS, .table = "webhooks"},
    {.schema = &webhook_delivery_schema,
     .number = TABLE_WEBHOOK_DELIVERIES,
     .table = "webhook_deliveries"},
    {.schema = &notification_schema, .number = TABLE_NOTIFICATIONS, .table = "notifications"},
    {.schema = &notification_settings_schema,
     .number = TABLE_NOTIFICATION_SETTINGS,
     .table = "notification_settings"},
    {.schema = &notification_mail_schema,
     .number = TABLE_NOTIFICATION_MAILS,
     .table = "notification_mails"},
    {.schema = &deidentification_project_schema,
     .number = TABLE_DEIDENTIFICATION_PROJECTS,
     .table = "deidentification_projects"},
    {.schema = &deidentified_patient_schema,
     .number = TABLE_DEIDENTIFIED_PATIENTS,
     .table = "deidentified_patients"},
    {.schema = &destination_schema, .number = TABLE_DESTINATIONS, .table = "destinations"},
    {.schema = &task_report_schema, .number = TABLE_TASK_REPORTS, .table = "task_reports"},
    {.schema = &user_device_schema, .number = TABLE_USER_DEVICES, .table = "user_devices"},
    {.schema = &report_schema, .number = TABLE_REPORTS, .table = "reports"},
    {.schema = &report_version_schema, .number = TABLE_REPORT_VERSIONS, .table = "report_versions"},
    {.schema = &report_lock_schema, .number = TABLE_REPORT_LOCKS, .table = "report_locks"},
    {.schema = &critical_result_schema,
     .number = TABLE_CRITICAL_RESULTS,
     .table = "critical_results"},
    {.schema = &report_template_schema,
     .number = TABLE_REPORT_TEMPLATES,
     .table = "report_templates"},
    {.schema = &task_schema, .number = TABLE_TASKS, .table = "tasks"},
    {.schema = &retention_rule_schema, .number = TABLE_RETENTION_RULES, .table = "retention_rules"},
    {.schema = &legal_hold_schema, .number = TABLE_LEGAL_HOLDS, .table = "legal_holds"},
    {.schema = &schedule_schema, .number = TABLE_SCHEDULES, .table = "schedules"},
    {.schema = &identity_provider_schema,
     .number = TABLE_IDENTITY_PROVIDERS,
     .table = "identity_providers"},
    {.schema = &identity_schema, .number = TABLE_IDENTITIES, .table = "identities"},
    {.schema = &organization_schema, .number = TABLE_ORGANIZATIONS, .table = "organizations"},
    {.schema = &user_schema, .number = TABLE_USERS, .table = "users"},
    {.schema = &session_schema, .number = TABLE_SESSIONS, .table = "sessions"},
    {.schema = &signing_key_schema, .number = TABLE_SIGNING_KEYS, .table = "signing_keys"},
    {.schema = &password_request_schema,
     .number = TABLE_PASSWORD_REQUESTS,
     .table = "password_requests"},
    {.schema = &patient_schema,
     .number = TABLE_PATIENTS,
     .table = "patients",
     .is_pipelined = true},
    {.schema = &study_schema, .number = TABLE_STUDIES, .table = "studies", .is_pipelined = true},
    {.schema = &series_schema, .number = TABLE_SERIES, .table = "series", .is_pipelined = true},
    {.schema = &instance_schema,
     .number = TABLE_INSTANCES,
     .table = "instances",
     .is_pipelined = true},
    {.schema = &non_patient_object_schema,
     .number = TABLE_NON_PATIENT_OBJECTS,
     .table = "non_patient_objects"},
    {.schema = &indexed_attribute_schema,
     .number = TABLE_INDEXED_ATTRIBUTES,
     .table = "indexed_attributes"},
    {.schema = &instance_version_schema,
     .number = TABLE_INSTANCE_VERSIONS,
     .table = "instance_versions"},
    {.schema = &audit_event_schema, .number = TABLE_AUDIT_EVENTS, .table = "audit_events"},
    {.schema = &audit_cut_schema, .number = TABLE_AUDIT_CUTS, .table = "audit_cuts"},
    {.schema = &idempotency_record_schema,
     .number = TABLE_IDEMPOTENCY_RECORDS,
     .table = "idempotency_records"},
    {.schema = &share_schema, .number = TABLE_SHARES, .table = "shares"},
    {.schema = &share_visit_schema, .number = TABLE_SHARE_VISITS, .table = "share_visits"},
    {.schema = &album_schema, .number = TABLE_ALBUMS, .table = "albums"},
    {.schema = &grant_schema, .number = TABLE_GRANTS, .table = "grants"},
    {.schema = &mail_schema, .number = TABLE_MAILS, .table = "mails"},
    {.schema = &custom_role_schema, .number = TABLE_ROLES, .table = "roles"},
    {.schema = &user_group_schema, .number = TABLE_GROUPS, .table = "user_groups"},
    {.schema = &organization_settings_schema,
     .number = TABLE_ORGANIZATION_SETTINGS,
     .table = "organization_settings"},
    {.schema = &api_key_schema, .number = TABLE_API_KEYS, .table = "api_keys"},
    {.schema = &upload_schema, .number = TABLE_UPLOADS, .table = "uploads"},
    {.schema = &upload_part_schema, .number = TABLE_UPLOAD_PARTS, .table = "upload_parts"},
    {.schema = &upload_file_schema, .number = TABLE_UPLOAD_FILES, .table = "upload_files"},
    {.schema = &work_item_schema, .number = TABLE_WORK_ITEMS, .table = "work_items"},
    {.schema = &work_item_event_schema,
     .number = TABLE_WORK_ITEM_EVENTS,
     .table = "work_item_events"},
    {.schema = &work_item_subscription_schema,
     .number = TABLE_WORK_ITEM_SUBSCRIPTIONS,
     .table = "work_item_subscriptions"},
};
static pthread_once_t entities_once = PTHREAD_ONCE_INIT;

static char *keep(struct arena *scratch, struct buf *text)
{
    char *copy = heap_alloc(text->len + 1);
    memcpy(copy, text->ptr, text->len);
    arena_reset(scratch);
    return copy;
}

static void add_insert(struct buf *out, const struct entity_sql *e, bool with_key)
{
    buf_addf(out, "INSERT INTO %s(", e->table);
    sql_columns(out, e->schema, "", with_key);
    buf_add(out, STR(") VALUES ("));
    sql_placeholders(out, e->schema, with_key);
    buf_add_char(out, ')');
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
        add_insert(&insert, e, false);
        buf_add(&insert, STR(" RETURNING key"));
        e->insert = keep(&scratch, &insert);
        insert = BUF_IN(&scratch);
        add_insert(&insert, e, true);
        e->insert_with_key = keep(&scratch, &insert);
        struct buf update = BUF_IN(&scratch);
        buf_addf(&update, "UPDATE %s SET ", e->table);
        int count = sql_assignments(&update, e->schema);
        buf_addf(&update, " WHERE key = ?%d AND version = ?%d", count + 1, count + 2);
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

static err guard(struct sql_connection *c)
{
    return c->engine->ops->guard != NULL ? c->engine->ops->guard(c) : OK;
}

static err guarded(struct sql_connection *c, err outcome)
{
    return c->engine->ops->guarded != NULL ? c->engine->ops->guarded(c, outcome) : outcome;
}

/* The database gives the key. */
static err insert_row(struct sql_connection *c, const struct entity_sql *sql, const void *object,
                      int64_t *key)
{
    CLEANUP(statement_end) struct statement insert = {0};
    bool has_row;
    TRY(statement_begin(c, sql->insert, &insert));
    statement_bind_object(&insert, 1, sql->schema, object, false);
    TRY(statement_step(&insert, &has_row));
    *key = statement_column_i64(&insert, 0);
    return OK;
}

static err insert_with_key(struct sql_connection *c, const struct entity_sql *sql,
                           const void *object, int64_t *key, bool later)
{
    CLEANUP(statement_end) struct statement insert = {0};
    TRY(c->engine->ops->next_key(c, sql->number, key));
    if (*key == 0)
        return insert_row(c, sql, object, key);
    TRY(statement_begin(c, sql->insert_with_key, &insert));
    statement_bind_object(&insert, 1, sql->schema, object, true);
    return later ? statement_run_later(&insert) : statement_run(&insert);
}

err entity_insert(struct sql_session *s, const struct schema *schema, void *object)
{
    struct sql_connection *c;
    const struct entity_sql *sql = entity_sql(schema);
    int64_t *version = number_member(schema, object, STR("version"));
    int64_t *key = number_member(schema, object, STR("key"));
    TRY(sql_session_write_apart(s, &c));
    bool has_own_key = sql->number < SQL_TABLE_COUNT && c->engine->ops->next_key != NULL;
    if (version != NULL)
        *version = 1;
    if (has_own_key && sql->is_pipelined && c->engine->is_pipelined)
        return insert_with_key(c, sql, object, key, true);
    TRY(guard(c));
    return guarded(c, has_own_key ? insert_with_key(c, sql, object, key, false)
                                  : insert_row(c, sql, object, key));
}

static err update_row(struct sql_connection *c, const struct entity_sql *sql, void *object,
                      int64_t version)
{
    CLEANUP(statement_end) struct statement update = {0};
    TRY(statement_begin(c, sql->update, &update));
    int at = statement_bind_object(&update, 1, sql->schema, object, false);
    statement_bind_i64(&update, at, *number_member(sql->schema, object, STR("key")));
    statement_bind_i64(&update, at + 1, version);
    TRY(statement_run(&update));
    return statement_changes(&update) == 1 ? OK
                                           : ERR(PRECONDITION_FAILED, "somebody else changed it");
}

err entity_update(struct sql_session *s, const struct schema *schema, void *object)
{
    struct sql_connection *c;
    int64_t *version = number_member(schema, object, STR("version"));
    TRY(sql_session_write(s, &c));
    sql_forget(c->engine);
    TRY(guard(c));
    ++*version;
    err e = guarded(c, update_row(c, entity_sql(schema), object, *version - 1));
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

err entity_read_rows(struct statement *s, struct arena *a, const struct schema *schema,
                     struct row_slice *out)
{
    *out = (struct row_slice){0};
    for (bool has_row;;) {
        TRY(statement_step(s, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(s, a, 0, schema,
                                slice_push_sized(a, &out->at, &out->len, schema->size));
    }
}

err entity_select(struct sql_connection *c, struct arena *a, const struct schema *schema,
                  const char *where, struct statement *out)
{
    return statement_prepare(c, str_format(a, "%s%s", entity_sql(schema)->select, where), out);
}

err entity_get(struct sql_session *session, struct arena *a, const struct schema *schema,
               int64_t organization_key, uuid id, void *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(session, &c));
    TRY(entity_select(c, a, schema, "WHERE id = ?1 AND organization_key = ?2", &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, organization_key);
    return entity_read_row(&s, a, schema, out);
}

err sql_session_run(struct sql_session *session, const char *sql, const int64_t *values, int count,
                    int64_t *changed)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_write(session, &c));
    TRY(statement_begin(c, sql, &s));
    for (int i = 0; i < count; i++)
        statement_bind_i64(&s, i + 1, values[i]);
    TRY(statement_run(&s));
    *changed = statement_changes(&s);
    return OK;
}
