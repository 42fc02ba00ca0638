/* What the files of the faulty database share: a session that counts what passes through it. */
#ifndef TESTS_SUPPORT_FAULTY_PARTS_H
#define TESTS_SUPPORT_FAULTY_PARTS_H

#include "tests/support/faulty_context.h"

struct faulty_session {
    struct db_session base, *inner;
    struct fault *fault;
};

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct faulty_session, base.repositories.member_)
#define PASS(member_, pointer_, operation_)                                                        \
    struct faulty_session *s = SESSION_OF(pointer_, member_);                                      \
    TRY(fault_pass(s->fault, operation_))

/* Of those in files of their own. */
extern const struct grant_reader_ops faulty_grant_reader_ops;
extern const struct grant_writer_ops faulty_grant_writer_ops;
extern const struct share_reader_ops faulty_share_reader_ops;
extern const struct share_writer_ops faulty_share_writer_ops;
extern const struct album_reader_ops faulty_album_reader_ops;
extern const struct album_writer_ops faulty_album_writer_ops;
extern const struct audit_reader_ops faulty_audit_reader_ops;
extern const struct audit_writer_ops faulty_audit_writer_ops;
extern const struct signing_key_reader_ops faulty_signing_key_reader_ops;
extern const struct signing_key_writer_ops faulty_signing_key_writer_ops;
extern const struct password_request_writer_ops faulty_password_request_writer_ops;
extern const struct event_reader_ops faulty_event_reader_ops;
extern const struct event_writer_ops faulty_event_writer_ops;
extern const struct outbox_ops faulty_outbox_ops;
extern const struct report_reader_ops faulty_report_reader_ops;
extern const struct report_writer_ops faulty_report_writer_ops;
extern const struct report_template_reader_ops faulty_report_template_reader_ops;
extern const struct report_template_writer_ops faulty_report_template_writer_ops;
extern const struct task_reader_ops faulty_task_reader_ops;
extern const struct task_writer_ops faulty_task_writer_ops;
extern const struct disclosure_reader_ops faulty_disclosure_reader_ops;
extern const struct disclosure_writer_ops faulty_disclosure_writer_ops;
extern const struct webhook_reader_ops faulty_webhook_reader_ops;
extern const struct webhook_writer_ops faulty_webhook_writer_ops;
extern const struct notification_reader_ops faulty_notification_reader_ops;
extern const struct notification_writer_ops faulty_notification_writer_ops;
extern const struct schedule_reader_ops faulty_schedule_reader_ops;
extern const struct identity_reader_ops faulty_identity_reader_ops;
extern const struct schedule_writer_ops faulty_schedule_writer_ops;
extern const struct retention_reader_ops faulty_retention_reader_ops;
extern const struct retention_writer_ops faulty_retention_writer_ops;
extern const struct identity_writer_ops faulty_identity_writer_ops;
extern const struct mail_reader_ops faulty_mail_reader_ops;
extern const struct mail_writer_ops faulty_mail_writer_ops;
extern const struct role_reader_ops faulty_role_reader_ops;
extern const struct role_writer_ops faulty_role_writer_ops;
extern const struct group_reader_ops faulty_group_reader_ops;
extern const struct group_writer_ops faulty_group_writer_ops;
extern const struct work_item_reader_ops faulty_work_item_reader_ops;
extern const struct work_item_writer_ops faulty_work_item_writer_ops;
extern const struct api_key_reader_ops faulty_api_key_reader_ops;
extern const struct api_key_writer_ops faulty_api_key_writer_ops;
extern const struct upload_reader_ops faulty_upload_reader_ops;
extern const struct upload_writer_ops faulty_upload_writer_ops;

#endif
