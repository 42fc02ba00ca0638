/* The session of a call over a struct sql_engine. Its reads go to a connection of their own until
 * its unit of work begins with the first write; then they see what it wrote. */
#ifndef INFRASTRUCTURE_SQL_SESSION_H
#define INFRASTRUCTURE_SQL_SESSION_H

#include "infrastructure/db_context.h"
#include "infrastructure/sql/engine.h"

struct sql_session {
    struct db_session base;
    struct sql_connection *reader;
    struct sql_unit unit;
    struct clock *clock;
};

/* Of every engine's struct db_context. */
extern const struct db_context_ops sql_context_ops;

/* For the repositories. */
err sql_session_read(struct sql_session *s, struct sql_connection **out);
err sql_session_write(struct sql_session *s, struct sql_connection **out);
/* For statements that neither see nor change what is counted of studies and series: within a unit
 * of work, counts that wait to be written go on waiting. What every arriving instance does. */
err sql_session_read_apart(struct sql_session *s, struct sql_connection **out);
err sql_session_write_apart(struct sql_session *s, struct sql_connection **out);

extern const struct organization_reader_ops sql_organization_reader_ops;
extern const struct organization_writer_ops sql_organization_writer_ops;
extern const struct user_reader_ops sql_user_reader_ops;
extern const struct user_writer_ops sql_user_writer_ops;
extern const struct session_reader_ops sql_session_reader_ops;
extern const struct session_writer_ops sql_session_writer_ops;
extern const struct signing_key_reader_ops sql_signing_key_reader_ops;
extern const struct signing_key_writer_ops sql_signing_key_writer_ops;
extern const struct password_request_writer_ops sql_password_request_writer_ops;
extern const struct image_reader_ops sql_image_reader_ops;
extern const struct image_writer_ops sql_image_writer_ops;
extern const struct non_patient_reader_ops sql_non_patient_reader_ops;
extern const struct non_patient_writer_ops sql_non_patient_writer_ops;
extern const struct attribute_reader_ops sql_attribute_reader_ops;
extern const struct attribute_writer_ops sql_attribute_writer_ops;
extern const struct audit_reader_ops sql_audit_reader_ops;
extern const struct audit_writer_ops sql_audit_writer_ops;
extern const struct change_reader_ops sql_change_reader_ops;
extern const struct idempotency_reader_ops sql_idempotency_reader_ops;
extern const struct idempotency_writer_ops sql_idempotency_writer_ops;
extern const struct lease_writer_ops sql_lease_writer_ops;
extern const struct work_item_reader_ops sql_work_item_reader_ops;
extern const struct work_item_writer_ops sql_work_item_writer_ops;
extern const struct grant_reader_ops sql_grant_reader_ops;
extern const struct grant_writer_ops sql_grant_writer_ops;
extern const struct mail_reader_ops sql_mail_reader_ops;
extern const struct mail_writer_ops sql_mail_writer_ops;
extern const struct role_reader_ops sql_role_reader_ops;
extern const struct role_writer_ops sql_role_writer_ops;
extern const struct group_reader_ops sql_group_reader_ops;
extern const struct group_writer_ops sql_group_writer_ops;
extern const struct share_reader_ops sql_share_reader_ops;
extern const struct share_writer_ops sql_share_writer_ops;
extern const struct album_reader_ops sql_album_reader_ops;
extern const struct album_writer_ops sql_album_writer_ops;
extern const struct api_key_reader_ops sql_api_key_reader_ops;
extern const struct api_key_writer_ops sql_api_key_writer_ops;
extern const struct upload_reader_ops sql_upload_reader_ops;
extern const struct upload_writer_ops sql_upload_writer_ops;
extern const struct task_reader_ops sql_task_reader_ops;
extern const struct task_writer_ops sql_task_writer_ops;
extern const struct webhook_reader_ops sql_webhook_reader_ops;
extern const struct webhook_writer_ops sql_webhook_writer_ops;
extern const struct notification_reader_ops sql_notification_reader_ops;
extern const struct notification_writer_ops sql_notification_writer_ops;
extern const struct disclosure_reader_ops sql_disclosure_reader_ops;
extern const struct disclosure_writer_ops sql_disclosure_writer_ops;
extern const struct report_reader_ops sql_report_reader_ops;
extern const struct report_writer_ops sql_report_writer_ops;
extern const struct report_template_reader_ops sql_report_template_reader_ops;
extern const struct report_template_writer_ops sql_report_template_writer_ops;
extern const struct schedule_reader_ops sql_schedule_reader_ops;
extern const struct identity_reader_ops sql_identity_reader_ops;
extern const struct schedule_writer_ops sql_schedule_writer_ops;
extern const struct retention_reader_ops sql_retention_reader_ops;
extern const struct retention_writer_ops sql_retention_writer_ops;
extern const struct identity_writer_ops sql_identity_writer_ops;
extern const struct event_reader_ops sql_event_reader_ops;
extern const struct event_writer_ops sql_event_writer_ops;
extern const struct outbox_ops sql_outbox_ops;

/* Derived data, wherever it is kept: the columns metadata, metadata_size, metadata_crc, frames,
 * bulk from at on; as parameters 2 to 6 behind a key. */
void sql_read_blobs(const struct statement *s, struct arena *a, int at, struct instance_blobs *out);
void sql_bind_blobs(struct statement *s, int first, const struct instance_blobs *blobs);

/* The statements every entity needs, made from its schema once: their addresses are stable. */
struct entity_sql {
    const struct schema *schema;
    enum sql_table number;
    const char *table;
    bool is_pipelined;  /* is written without waiting, where the engine can */
    const char *select; /* "SELECT columns FROM table" */
    const char *insert; /* gives the new key as a row */
    const char *insert_with_key;
    const char *update; /* by key and version, the two parameters behind the columns */
};
const struct entity_sql *entity_sql(const struct schema *schema);

/* Adds a row and gives the object its key; saves it if its version is unchanged. The members key
 * and version are found by name. Errors: CONFLICT (of a pipelined one it may come with the end of
 * the unit of work); PRECONDITION_FAILED. */
err entity_insert(struct sql_session *s, const struct schema *schema, void *object);
err entity_update(struct sql_session *s, const struct schema *schema, void *object);
/* Its select and where, for statements that are not on a hot path: prepared by their text. */
err entity_select(struct sql_connection *c, struct arena *a, const struct schema *schema,
                  const char *where, struct statement *out);
/* The row with that identifier. Errors: NOT_FOUND, also for another organization. */
err entity_get(struct sql_session *s, struct arena *a, const struct schema *schema,
               int64_t organization_key, uuid id, void *out);
/* A statement, a constant, whose parameters are numbers, in the unit of work. */
err sql_session_run(struct sql_session *s, const char *sql, const int64_t *values, int count,
                    int64_t *changed);
/* "SELECT … " + where, a constant. Errors: NOT_FOUND. where_sql must be stable text: it is the key
 * of the cache. */
err entity_read_row(struct statement *s, struct arena *a, const struct schema *schema, void *out);
/* All rows that are left, as structs of the schema. */
struct row_slice {
    void *at;
    size_t len;
};
err entity_read_rows(struct statement *s, struct arena *a, const struct schema *schema,
                     struct row_slice *out);

#endif
