/* struct db_context: the database behind the repositories, whichever engine it is. A session is
 * what one call reads and writes with: readers over one consistent view, and a unit of work that
 * begins with its first write; from then on the readers see what it wrote. */
#ifndef INFRASTRUCTURE_DB_CONTEXT_H
#define INFRASTRUCTURE_DB_CONTEXT_H

#include "base/clock.h"
#include "domain/repositories/unit_of_work.h"

struct db_context;

/* One repository of each kind; an engine keeps a constant one with its operations. */
struct db_repositories {
    struct organization_reader organization_reader;
    struct organization_writer organization_writer;
    struct user_reader user_reader;
    struct user_writer user_writer;
    struct session_reader session_reader;
    struct session_writer session_writer;
    struct signing_key_reader signing_key_reader;
    struct signing_key_writer signing_key_writer;
    struct password_request_writer password_request_writer;
    struct image_reader image_reader;
    struct image_writer image_writer;
    struct non_patient_reader non_patient_reader;
    struct non_patient_writer non_patient_writer;
    struct attribute_reader attribute_reader;
    struct attribute_writer attribute_writer;
    struct audit_reader audit_reader;
    struct audit_writer audit_writer;
    struct change_reader change_reader;
    struct idempotency_reader idempotency_reader;
    struct idempotency_writer idempotency_writer;
    struct lease_writer lease_writer;
    struct work_item_reader work_item_reader;
    struct work_item_writer work_item_writer;
    struct grant_reader grant_reader;
    struct grant_writer grant_writer;
    struct mail_reader mail_reader;
    struct mail_writer mail_writer;
    struct role_reader role_reader;
    struct role_writer role_writer;
    struct group_reader group_reader;
    struct group_writer group_writer;
    struct share_reader share_reader;
    struct share_writer share_writer;
    struct album_reader album_reader;
    struct album_writer album_writer;
    struct api_key_reader api_key_reader;
    struct api_key_writer api_key_writer;
    struct upload_reader upload_reader;
    struct upload_writer upload_writer;
    struct task_reader task_reader;
    struct task_writer task_writer;
    struct webhook_reader webhook_reader;
    struct webhook_writer webhook_writer;
    struct notification_reader notification_reader;
    struct notification_writer notification_writer;
    struct disclosure_reader disclosure_reader;
    struct disclosure_writer disclosure_writer;
    struct report_reader report_reader;
    struct report_writer report_writer;
    struct report_template_reader report_template_reader;
    struct report_template_writer report_template_writer;
    struct schedule_reader schedule_reader;
    struct identity_reader identity_reader;
    struct schedule_writer schedule_writer;
    struct retention_reader retention_reader;
    struct retention_writer retention_writer;
    struct identity_writer identity_writer;
    struct event_reader event_reader;
    struct event_writer event_writer;
    struct outbox outbox;
};

struct db_session {
    struct readers readers;
    struct unit_of_work uow;
    struct db_context *context;
    struct db_repositories repositories; /* what readers and uow point to */
};

struct db_context_ops {
    err (*session_begin)(struct db_context *db, struct arena *a, struct clock *clock,
                         struct db_session **out);
    err (*session_commit)(struct db_session *s);
    void (*session_end)(struct db_session *s);
    err (*health)(struct db_context *db);
};
struct db_context {
    const struct db_context_ops *ops;
    bool is_remote; /* every question takes a way over a network */
    /* commits are shared by units of work that come together; read and counted atomically */
    uint64_t commit_count, unit_count;
};

/* For engines: a session with their repositories. It must not move afterwards. */
static inline void db_session_init(struct db_session *s, struct db_context *context,
                                   const struct db_repositories *repositories)
{
    *s = (struct db_session){
        .readers = {.organizations = &s->repositories.organization_reader,
                    .users = &s->repositories.user_reader,
                    .sessions = &s->repositories.session_reader,
                    .signing_keys = &s->repositories.signing_key_reader,
                    .images = &s->repositories.image_reader,
                    .non_patient = &s->repositories.non_patient_reader,
                    .attributes = &s->repositories.attribute_reader,
                    .audit = &s->repositories.audit_reader,
                    .changes = &s->repositories.change_reader,
                    .idempotency = &s->repositories.idempotency_reader,
                    .work_items = &s->repositories.work_item_reader,
                    .mails = &s->repositories.mail_reader,
                    .grants = &s->repositories.grant_reader,
                    .roles = &s->repositories.role_reader,
                    .groups = &s->repositories.group_reader,
                    .shares = &s->repositories.share_reader,
                    .albums = &s->repositories.album_reader,
                    .api_keys = &s->repositories.api_key_reader,
                    .uploads = &s->repositories.upload_reader,
                    .tasks = &s->repositories.task_reader,
                    .webhooks = &s->repositories.webhook_reader,
                    .notifications = &s->repositories.notification_reader,
                    .disclosures = &s->repositories.disclosure_reader,
                    .reports = &s->repositories.report_reader,
                    .report_templates = &s->repositories.report_template_reader,
                    .schedules = &s->repositories.schedule_reader,
                    .retention = &s->repositories.retention_reader,
                    .identities = &s->repositories.identity_reader,
                    .events = &s->repositories.event_reader},
        .uow = {.organizations = &s->repositories.organization_writer,
                .users = &s->repositories.user_writer,
                .sessions = &s->repositories.session_writer,
                .signing_keys = &s->repositories.signing_key_writer,
                .password_requests = &s->repositories.password_request_writer,
                .images = &s->repositories.image_writer,
                .non_patient = &s->repositories.non_patient_writer,
                .attributes = &s->repositories.attribute_writer,
                .audit = &s->repositories.audit_writer,
                .idempotency = &s->repositories.idempotency_writer,
                .leases = &s->repositories.lease_writer,
                .work_items = &s->repositories.work_item_writer,
                .grants = &s->repositories.grant_writer,
                .mails = &s->repositories.mail_writer,
                .roles = &s->repositories.role_writer,
                .groups = &s->repositories.group_writer,
                .shares = &s->repositories.share_writer,
                .albums = &s->repositories.album_writer,
                .api_keys = &s->repositories.api_key_writer,
                .uploads = &s->repositories.upload_writer,
                .tasks = &s->repositories.task_writer,
                .webhooks = &s->repositories.webhook_writer,
                .notifications = &s->repositories.notification_writer,
                .disclosures = &s->repositories.disclosure_writer,
                .reports = &s->repositories.report_writer,
                .report_templates = &s->repositories.report_template_writer,
                .schedules = &s->repositories.schedule_writer,
                .retention = &s->repositories.retention_writer,
                .identities = &s->repositories.identity_writer,
                .events = &s->repositories.event_writer,
                .outbox = &s->repositories.outbox},
        .context = context,
        .repositories = *repositories,
    };
}

/* Takes nothing from the database yet. The session lives in a until it is ended. */
static inline err db_session_begin(struct db_context *db, struct arena *a, struct clock *clock,
                                   struct db_session **out)
{
    return db->ops->session_begin(db, a, clock, out);
}
/* Returns when what was written is durable; at once when nothing was.
 * Errors: NO_SPACE, UNAVAILABLE, SERIALIZATION: then nothing of it is there. */
static inline err db_session_commit(struct db_session *s)
{
    return s->context->ops->session_commit(s);
}
/* What is not committed is rolled back. NULL is a no-op. */
static inline void db_session_end(struct db_session *s)
{
    if (s != NULL)
        s->context->ops->session_end(s);
}
static inline err db_health(struct db_context *db)
{
    return db->ops->health(db);
}

#endif
