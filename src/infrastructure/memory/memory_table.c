/* Rows in arrays that grow in place and are copied before one in the middle changes. */
#include "infrastructure/memory/memory_table.h"

#include "base/arena.h"
#include "domain/entities/audit_cut.h"
#include "domain/entities/api_key.h"
#include "domain/entities/audit_event.h"
#include "domain/entities/audit_position.h"
#include "domain/entities/change.h"
#include "domain/entities/custom_role.h"
#include "domain/entities/idempotency_record.h"
#include "domain/entities/indexed_attribute.h"
#include "domain/entities/instance_version.h"
#include "domain/entities/lease.h"
#include "domain/entities/mail.h"
#include "domain/entities/disclosure.h"
#include "domain/entities/notification_settings.h"
#include "domain/entities/organization.h"
#include "domain/entities/outbox_event.h"
#include "domain/entities/patient.h"
#include "domain/entities/report.h"
#include "domain/entities/series.h"
#include "domain/entities/password_request.h"
#include "domain/entities/session.h"
#include "domain/entities/signing_key.h"
#include "domain/entities/study.h"
#include "domain/entities/retention.h"
#include "domain/entities/schedule.h"
#include "domain/entities/task.h"
#include "domain/entities/upload.h"
#include "domain/entities/user.h"
#include "domain/entities/user_group.h"
#include "domain/entities/identity.h"
#include "domain/entities/webhook.h"
#include "domain/entities/work_item.h"

#include <stdlib.h>

enum { UNIQUE_COUNT_MAX = 4, UNIQUE_LEN_MAX = 4, REFERENCE_COUNT_MAX = 2, REQUIRED_COUNT_MAX = 8 };

struct rule {
    const struct schema *schema;
    size_t row_size; /* 0: the schema's */
    const char *required[REQUIRED_COUNT_MAX];
    const char *unique[UNIQUE_COUNT_MAX][UNIQUE_LEN_MAX];
    struct {
        const char *member;
        enum memory_table to;
    } references[REFERENCE_COUNT_MAX];
};

#define ENTITY "id", "created_at", "updated_at"

static const struct rule rules[MEMORY_TABLE_COUNT] = {
    [MEMORY_ORGANIZATIONS] = {.schema = &organization_schema,
                              .required = {ENTITY, "name"},
                              .unique = {{"id"}}},
    [MEMORY_USERS] =
        {.schema = &user_schema,
         .required = {ENTITY, "email", "name", "password_hash"},
         .unique = {{"id"}, {"email"}, {"organization_key", "invited_email"}, {"invitation_hash"}},
         .references = {{"organization_key", MEMORY_ORGANIZATIONS}}},
    [MEMORY_SESSIONS] = {.schema = &session_schema,
                         .required = {ENTITY, "user_id", "expires_at"},
                         .unique = {{"id"}},
                         .references = {{"user_key", MEMORY_USERS}}},
    [MEMORY_SIGNING_KEYS] = {.schema = &signing_key_schema,
                             .required = {ENTITY, "key_id", "sealed", "active_at"},
                             .unique = {{"id"}, {"key_id"}}},
    [MEMORY_PASSWORD_REQUESTS] = {.schema = &password_request_schema,
                                  .required = {"created_at", "email"}},
    [MEMORY_PATIENTS] = {.schema = &patient_schema,
                         .required = {ENTITY, "patient_id", "issuer_of_patient_id"},
                         .unique = {{"id"},
                                    {"organization_key", "patient_id", "issuer_of_patient_id"}}},
    [MEMORY_STUDIES] = {.schema = &study_schema,
                        .required = {ENTITY, "study_instance_uid", "study_date"},
                        .unique = {{"id"}, {"organization_key", "study_instance_uid"}},
                        .references = {{"patient_key", MEMORY_PATIENTS}}},
    [MEMORY_SERIES] = {.schema = &series_schema,
                       .required = {ENTITY, "series_instance_uid"},
                       .unique = {{"id"}, {"study_key", "series_instance_uid"}},
                       .references = {{"study_key", MEMORY_STUDIES}}},
    [MEMORY_INSTANCES] = {.schema = &instance_schema,
                          .row_size = sizeof(struct memory_instance),
                          .required = {ENTITY, "sop_instance_uid", "object_name"},
                          .unique = {{"id"}, {"organization_key", "sop_instance_uid"}},
                          .references = {{"study_key", MEMORY_STUDIES},
                                         {"series_key", MEMORY_SERIES}}},
    [MEMORY_NON_PATIENT_OBJECTS] = {.schema = &non_patient_object_schema,
                                    .row_size = sizeof(struct memory_non_patient_object),
                                    .required = {ENTITY, "sop_instance_uid", "sop_class_uid",
                                                 "object_name"},
                                    .unique = {{"id"}, {"organization_key", "sop_instance_uid"}}},
    [MEMORY_INSTANCE_VERSIONS] = {.schema = &instance_version_schema,
                                  .required = {"id", "created_at", "object_name"},
                                  .unique = {{"id"}, {"instance_key", "object_name"}},
                                  .references = {{"instance_key", MEMORY_INSTANCES}}},
    [MEMORY_AUDIT_EVENTS] = {.schema = &audit_event_schema,
                             .required = {"id", "created_at", "action", "outcome", "hash"},
                             .unique = {{"id"}}},
    [MEMORY_AUDIT_CUTS] = {.schema = &audit_cut_schema,
                           .required = {"hash", "cut_at", "key_id", "signature"},
                           .unique = {{"organization_key"}}},
    [MEMORY_AUDIT_POSITIONS] = {.schema = &audit_position_schema, .unique = {{"name"}}},
    [MEMORY_CHANGES] = {.schema = &change_schema},
    [MEMORY_IDEMPOTENCY_RECORDS] = {.schema = &idempotency_record_schema,
                                    .required = {"user_id", "idempotency_key", "fingerprint",
                                                 "result", "created_at"},
                                    .unique = {{"organization_key", "user_id", "idempotency_key"}}},
    [MEMORY_INDEXED_ATTRIBUTES] = {.schema = &indexed_attribute_schema,
                                   .required = {ENTITY, "path", "keyword", "vr"},
                                   .unique = {{"id"}, {"organization_key", "path"}}},
    [MEMORY_NOTIFICATIONS] = {.schema = &notification_schema,
                              .required = {ENTITY, "user_id", "kind"},
                              .unique = {{"id"}, {"user_key", "event_sequence"}},
                              .references = {{"user_key", MEMORY_USERS}}},
    [MEMORY_NOTIFICATION_SETTINGS] = {.schema = &notification_settings_schema,
                                      .required = {ENTITY, "choices", "time_zone"},
                                      .unique = {{"id"}, {"user_key"}},
                                      .references = {{"user_key", MEMORY_USERS}}},
    [MEMORY_NOTIFICATION_MAILS] = {.schema = &notification_mail_schema,
                                   .required = {ENTITY, "kind", "happened_at", "due_at"},
                                   .unique = {{"id"}, {"user_key", "event_sequence"}},
                                   .references = {{"user_key", MEMORY_USERS}}},
    [MEMORY_DEIDENTIFICATION_PROJECTS] = {.schema = &deidentification_project_schema,
                                          .required = {ENTITY, "name", "secret"},
                                          .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_DEIDENTIFIED_PATIENTS] = {.schema = &deidentified_patient_schema,
                                      .required = {ENTITY, "code"},
                                      .unique = {{"id"}, {"project_key", "code"}},
                                      .references = {{"project_key",
                                                      MEMORY_DEIDENTIFICATION_PROJECTS}}},
    [MEMORY_DESTINATIONS] = {.schema = &destination_schema,
                             .required = {ENTITY, "name", "url"},
                             .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_TASK_REPORTS] = {.schema = &task_report_schema,
                             .required = {ENTITY, "body"},
                             .unique = {{"id"}, {"task_key"}},
                             .references = {{"task_key", MEMORY_TASKS}}},
    [MEMORY_USER_DEVICES] = {.schema = &user_device_schema,
                             .required = {"device", "last_seen_at"},
                             .unique = {{"user_key", "device"}},
                             .references = {{"user_key", MEMORY_USERS}}},
    [MEMORY_SCHEDULES] = {.schema = &schedule_schema,
                          .required = {ENTITY, "name", "kind", "expression", "time_zone"},
                          .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_RETENTION_RULES] = {.schema = &retention_rule_schema,
                                .required = {ENTITY, "name"},
                                .unique = {{"id"}}},
    [MEMORY_LEGAL_HOLDS] = {.schema = &legal_hold_schema,
                            .required = {ENTITY, "study_id", "reason"},
                            .unique = {{"id"}, {"study_key"}},
                            .references = {{"study_key", MEMORY_STUDIES}}},
    [MEMORY_IDENTITY_PROVIDERS] = {.schema = &identity_provider_schema,
                                   .required = {ENTITY, "name", "issuer", "client_id", "scopes"},
                                   .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_IDENTITIES] = {.schema = &identity_schema,
                           .required = {ENTITY, "subject"},
                           .unique = {{"id"}, {"provider_key", "subject"}},
                           .references = {{"provider_key", MEMORY_IDENTITY_PROVIDERS},
                                          {"user_key", MEMORY_USERS}}},
    [MEMORY_WEBHOOKS] = {.schema = &webhook_schema,
                         .required = {ENTITY, "url", "event_names", "secret"},
                         .unique = {{"id"}}},
    [MEMORY_WEBHOOK_DELIVERIES] = {.schema = &webhook_delivery_schema,
                                   .required = {ENTITY, "event_type", "payload", "give_up_at"},
                                   .unique = {{"id"}, {"webhook_key", "event_sequence"}},
                                   .references = {{"webhook_key", MEMORY_WEBHOOKS}}},
    [MEMORY_TASKS] = {.schema = &task_schema,
                      .required = {ENTITY, "kind", "parameters"},
                      .unique = {{"id"}, {"organization_key", "kind", "idempotency_key"}}},
    [MEMORY_REPORTS] = {.schema = &report_schema,
                        .required = {ENTITY, "study_id", "title", "search_key"},
                        .unique = {{"id"}},
                        .references = {{"study_key", MEMORY_STUDIES}}},
    [MEMORY_REPORT_VERSIONS] = {.schema = &report_version_schema,
                                .required = {ENTITY, "report_id", "content"},
                                .unique = {{"id"}, {"report_key", "number"}, {"verification_code"}},
                                .references = {{"report_key", MEMORY_REPORTS}}},
    [MEMORY_REPORT_LOCKS] = {.schema = &report_lock_schema,
                             .required = {ENTITY, "report_id", "holder_id", "expires_at"},
                             .unique = {{"id"}, {"report_key"}},
                             .references = {{"report_key", MEMORY_REPORTS}}},
    [MEMORY_CRITICAL_RESULTS] = {.schema = &critical_result_schema,
                                 .required = {ENTITY, "report_id", "finding"},
                                 .unique = {{"id"}},
                                 .references = {{"report_key", MEMORY_REPORTS}}},
    [MEMORY_REPORT_TEMPLATES] = {.schema = &report_template_schema,
                                 .required = {ENTITY, "name", "language", "form"},
                                 .unique = {{"id"}, {"organization_key", "name", "language"}}},
    [MEMORY_OUTBOX] = {.schema = &outbox_event_schema},
    [MEMORY_EVENT_POSITIONS] = {.schema = &event_position_schema, .unique = {{"name"}}},
    [MEMORY_STUDY_ARRIVALS] = {.schema = &study_arrival_schema,
                               .required = {"study_id", "first_at", "last_at"},
                               .unique = {{"study_id"}}},
    [MEMORY_LEASES] = {.schema = &lease_schema, .required = {"holder"}, .unique = {{"name"}}},
    [MEMORY_ROLES] = {.schema = &custom_role_schema,
                      .required = {ENTITY, "name"},
                      .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_GROUPS] = {.schema = &user_group_schema,
                       .required = {ENTITY, "name"},
                       .unique = {{"id"}, {"organization_key", "name"}}},
    [MEMORY_ORGANIZATION_SETTINGS] = {.schema = &organization_settings_schema,
                                      .required = {ENTITY, "language"},
                                      .unique = {{"id"}, {"organization_key"}}},
    [MEMORY_SHARES] = {.schema = &share_schema,
                       .required = {ENTITY, "token_hash", "expires_at"},
                       .unique = {{"id"}, {"token_hash"}}},
    [MEMORY_SHARE_VISITS] = {.schema = &share_visit_schema,
                             .required = {ENTITY, "token_hash", "expires_at"},
                             .unique = {{"id"}, {"token_hash"}},
                             .references = {{"share_key", MEMORY_SHARES}}},
    [MEMORY_ALBUMS] = {.schema = &album_schema, .required = {ENTITY, "name"}, .unique = {{"id"}}},
    [MEMORY_GRANTS] = {.schema = &grant_schema, .required = {ENTITY}, .unique = {{"id"}}},
    [MEMORY_API_KEYS] = {.schema = &api_key_schema,
                         .required = {ENTITY, "name", "secret_hash"},
                         .unique = {{"id"}}},
    [MEMORY_UPLOADS] = {.schema = &upload_schema,
                        .required = {ENTITY, "owner_id", "name", "expires_at"},
                        .unique = {{"id"}}},
    [MEMORY_UPLOAD_PARTS] = {.schema = &upload_part_schema,
                             .required = {"sha256", "created_at"},
                             .unique = {{"upload_key", "number"}},
                             .references = {{"upload_key", MEMORY_UPLOADS}}},
    [MEMORY_UPLOAD_FILES] = {.schema = &upload_file_schema,
                             .required = {"name"},
                             .unique = {{"upload_key", "number"}},
                             .references = {{"upload_key", MEMORY_UPLOADS}}},
    [MEMORY_WORK_ITEMS] = {.schema = &work_item_schema,
                           .required = {ENTITY, "sop_instance_uid", "data_set", "modified_at"},
                           .unique = {{"id"}, {"organization_key", "sop_instance_uid"}}},
    [MEMORY_MAILS] = {.schema = &mail_schema,
                      .required = {ENTITY, "language", "recipient", "subject"},
                      .unique = {{"id"}}},
    [MEMORY_WORK_ITEM_SUBSCRIPTIONS] = {.schema = &work_item_subscription_schema,
                                        .required = {"created_at", "ae_title"},
                                        .unique = {{"organization_key", "ae_title", "scope",
                                                    "work_item_key"}}},
    [MEMORY_WORK_ITEM_EVENTS] = {.schema = &work_item_event_schema,
                                 .required = {"created_at", "ae_title", "sop_instance_uid"}},
};

/* Where the row with that key is, or would be. */
static size_t position(const struct memory_rows *rows, int64_t key)
{
    size_t low = 0, high = rows->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory_row_key(rows->at[middle]) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const void *memory_row_find(const struct memory_rows *rows, int64_t key)
{
    size_t at = position(rows, key);
    return at < rows->len && memory_row_key(rows->at[at]) == key ? rows->at[at] : NULL;
}

int64_t memory_row_next_key(const struct memory_rows *rows)
{
    return rows->last_key + 1;
}

/* An array of this state alone with room for at least that many. */
static void make_own(struct arena *a, struct memory_rows *rows, size_t room)
{
    const void **at = NEW_ARRAY(a, const void *, room);
    if (rows->len != 0)
        memcpy(at, rows->at, rows->len * sizeof *at);
    rows->at = at;
    rows->room = room;
    rows->is_own = true;
}

/* In place also when the array is shared: nobody else looks behind the len they know, and only the
 * newest state is written on. */
void memory_row_add(struct arena *a, struct memory_rows *rows, const void *row)
{
    if (rows->len == rows->room)
        make_own(a, rows, rows->room == 0 ? 16 : rows->room * 2);
    rows->at[rows->len++] = row;
    rows->last_key = memory_row_key(row);
}

void memory_row_replace(struct arena *a, struct memory_rows *rows, const void *row)
{
    if (!rows->is_own)
        make_own(a, rows, rows->room);
    rows->at[position(rows, memory_row_key(row))] = row;
}

int64_t memory_rows_remove(struct arena *a, struct memory_rows *rows,
                           bool (*goes)(const void *row, const void *argument),
                           const void *argument)
{
    size_t kept = 0, len = rows->len;
    if (len == 0)
        return 0;
    if (!rows->is_own)
        make_own(a, rows, rows->room);
    for (size_t i = 0; i < len; i++)
        if (!goes(rows->at[i], argument))
            rows->at[kept++] = rows->at[i];
    rows->len = kept;
    return (int64_t)(len - kept);
}

static const struct field *field_of(enum memory_table table, const char *name)
{
    void *nowhere = NULL;
    const struct field *f = schema_find(rules[table].schema, str_of(name), &nowhere);
    if (f == NULL)
        abort(); /* a rule about a member that is none: a bug seen by the first test */
    return f;
}

static const void *place(const struct field *f, const void *object)
{
    return (const char *)object + f->offset;
}

void *memory_member(enum memory_table table, const char *name, const void *object)
{
    return (char *)object + field_of(table, name)->offset;
}

void *memory_find_member(enum memory_table table, const char *name, void *object)
{
    const struct field *f = schema_find(rules[table].schema, str_of(name), &object);
    return f != NULL ? (char *)object + f->offset : NULL;
}

static bool is_absent(const struct field *f, const void *object)
{
    const void *member = place(f, object);
    switch (f->kind) {
    case FIELD_STR:
        return ((const str *)member)->ptr == NULL;
    case FIELD_UUID:
        return !uuid_is_set(*(const uuid *)member);
    default:
        return ((const instant *)member)->us == 0;
    }
}

static bool is_same(const struct field *f, const void *one, const void *other)
{
    const void *a = place(f, one), *b = place(f, other);
    switch (f->kind) {
    case FIELD_STR:
        return ((const str *)a)->ptr != NULL && str_eq(*(const str *)a, *(const str *)b);
    case FIELD_UUID:
        return uuid_eq(*(const uuid *)a, *(const uuid *)b);
    case FIELD_ENUM:
        return *(const uint32_t *)a == *(const uint32_t *)b;
    default:
        return *(const int64_t *)a == *(const int64_t *)b;
    }
}

/* Another row has the same values there. */
static bool is_taken(const struct memory_state *state, enum memory_table table, const void *object,
                     const char *const *names)
{
    const struct memory_rows *rows = &state->tables[table];
    const struct field *fields[UNIQUE_LEN_MAX];
    size_t count = 0;
    while (count < UNIQUE_LEN_MAX && names[count] != NULL) {
        fields[count] = field_of(table, names[count]);
        count++;
    }
    for (size_t i = 0; i < rows->len; i++) {
        size_t same = 0; /* an absent text is like no other */
        while (same < count && is_same(fields[same], rows->at[i], object))
            same++;
        if (same == count && memory_row_key(rows->at[i]) != memory_row_key(object))
            return true;
    }
    return false;
}

err memory_check(const struct memory_state *state, enum memory_table table, const void *object)
{
    const struct rule *rule = &rules[table];
    for (size_t i = 0; i < REQUIRED_COUNT_MAX && rule->required[i] != NULL; i++)
        if (is_absent(field_of(table, rule->required[i]), object))
            return ERR(CONFLICT, "something required is not there");
    for (size_t i = 0; i < REFERENCE_COUNT_MAX && rule->references[i].member != NULL; i++)
        if (memory_row_find(&state->tables[rule->references[i].to],
                            *(int64_t *)memory_member(table, rule->references[i].member, object)) ==
            NULL)
            return ERR(CONFLICT, "what it belongs to is not there");
    for (size_t i = 0; i < UNIQUE_COUNT_MAX && rule->unique[i][0] != NULL; i++)
        if (is_taken(state, table, object, rule->unique[i]))
            return ERR(CONFLICT, "it is there already");
    return OK;
}

void *memory_row_make(struct arena *a, enum memory_table table, const void *object)
{
    const struct rule *rule = &rules[table];
    void *row = arena_alloc(a, rule->row_size != 0 ? rule->row_size : rule->schema->size, 16);
    memcpy(row, object, rule->schema->size);
    schema_copy_texts(rule->schema, a, row);
    return row;
}

void memory_row_read(struct arena *a, enum memory_table table, const void *row, void *out)
{
    memcpy(out, row, rules[table].schema->size);
    schema_copy_texts(rules[table].schema, a, out);
}
