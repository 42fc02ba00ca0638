/* A session of the database in memory, for the repositories on it. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_SESSION_H
#define INFRASTRUCTURE_MEMORY_MEMORY_SESSION_H

#include "infrastructure/memory/memory_context.h"
#include "infrastructure/memory/memory_table.h"

struct memory_session {
    struct db_session base;
    struct memory_context *db;
    struct clock *clock;
    const struct memory_state *view; /* NULL before the first read */
    struct memory_state *work;       /* of the unit of work; NULL when none has begun */
};

/* What a read sees. */
const struct memory_state *memory_read(struct memory_session *s);
const struct memory_rows *memory_rows(struct memory_session *s, enum memory_table table);
/* Waits for the turn unless the session has it. */
struct memory_state *memory_write(struct memory_session *s);

/* As the other engines: key and version are given here, one row more or a row changed whose version
 * is still the one read. Errors: CONFLICT; PRECONDITION_FAILED. */
err memory_insert(struct memory_session *s, enum memory_table table, void *object);
err memory_update(struct memory_session *s, enum memory_table table, void *object);
/* The first row that is right, in a. Errors: NOT_FOUND. */
err memory_first(struct memory_session *s, struct arena *a, enum memory_table table,
                 bool (*is_right)(const void *row, const void *argument), const void *argument,
                 void *out);

/* Derived data with copies of what it points to, or as it is when a is NULL. */
void memory_copy_blobs(struct arena *a, const struct instance_blobs *from, bool with_metadata,
                       struct instance_blobs *out);

extern const struct organization_reader_ops memory_organization_reader_ops;
extern const struct organization_writer_ops memory_organization_writer_ops;
extern const struct user_reader_ops memory_user_reader_ops;
extern const struct user_writer_ops memory_user_writer_ops;
extern const struct session_reader_ops memory_session_reader_ops;
extern const struct session_writer_ops memory_session_writer_ops;
extern const struct signing_key_reader_ops memory_signing_key_reader_ops;
extern const struct signing_key_writer_ops memory_signing_key_writer_ops;
extern const struct password_request_writer_ops memory_password_request_writer_ops;
extern const struct image_reader_ops memory_image_reader_ops;
extern const struct image_writer_ops memory_image_writer_ops;
extern const struct non_patient_reader_ops memory_non_patient_reader_ops;
extern const struct non_patient_writer_ops memory_non_patient_writer_ops;
extern const struct attribute_reader_ops memory_attribute_reader_ops;
extern const struct attribute_writer_ops memory_attribute_writer_ops;
extern const struct audit_reader_ops memory_audit_reader_ops;
extern const struct audit_writer_ops memory_audit_writer_ops;
extern const struct change_reader_ops memory_change_reader_ops;
extern const struct idempotency_reader_ops memory_idempotency_reader_ops;
extern const struct idempotency_writer_ops memory_idempotency_writer_ops;
extern const struct lease_writer_ops memory_lease_writer_ops;
extern const struct work_item_reader_ops memory_work_item_reader_ops;
extern const struct work_item_writer_ops memory_work_item_writer_ops;
extern const struct grant_reader_ops memory_grant_reader_ops;
extern const struct grant_writer_ops memory_grant_writer_ops;
extern const struct mail_reader_ops memory_mail_reader_ops;
extern const struct mail_writer_ops memory_mail_writer_ops;
extern const struct role_reader_ops memory_role_reader_ops;
extern const struct role_writer_ops memory_role_writer_ops;
extern const struct group_reader_ops memory_group_reader_ops;
extern const struct group_writer_ops memory_group_writer_ops;
extern const struct share_reader_ops memory_share_reader_ops;
extern const struct share_writer_ops memory_share_writer_ops;
extern const struct album_reader_ops memory_album_reader_ops;
extern const struct album_writer_ops memory_album_writer_ops;
extern const struct api_key_reader_ops memory_api_key_reader_ops;
extern const struct api_key_writer_ops memory_api_key_writer_ops;
extern const struct upload_reader_ops memory_upload_reader_ops;
extern const struct upload_writer_ops memory_upload_writer_ops;
extern const struct task_reader_ops memory_task_reader_ops;
extern const struct task_writer_ops memory_task_writer_ops;
extern const struct disclosure_reader_ops memory_disclosure_reader_ops;
extern const struct disclosure_writer_ops memory_disclosure_writer_ops;
extern const struct webhook_reader_ops memory_webhook_reader_ops;
extern const struct webhook_writer_ops memory_webhook_writer_ops;
extern const struct notification_reader_ops memory_notification_reader_ops;
extern const struct notification_writer_ops memory_notification_writer_ops;
extern const struct report_reader_ops memory_report_reader_ops;
extern const struct report_writer_ops memory_report_writer_ops;
extern const struct report_template_reader_ops memory_report_template_reader_ops;
extern const struct report_template_writer_ops memory_report_template_writer_ops;
extern const struct schedule_reader_ops memory_schedule_reader_ops;
extern const struct identity_reader_ops memory_identity_reader_ops;
extern const struct schedule_writer_ops memory_schedule_writer_ops;
extern const struct retention_reader_ops memory_retention_reader_ops;
extern const struct retention_writer_ops memory_retention_writer_ops;
extern const struct identity_writer_ops memory_identity_writer_ops;
extern const struct event_reader_ops memory_event_reader_ops;
extern const struct event_writer_ops memory_event_writer_ops;
extern const struct outbox_ops memory_outbox_ops;

#endif
