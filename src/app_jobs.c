/* The table of jobs, what each does, and what wakes one before its turn. */
#include "app_jobs.h"

#include "application/commands/reports/escalate_reports/command.h"
#include "application/commands/attributes/build_indexed_attributes/command.h"
#include "application/commands/auth/forgot_password/command.h"
#include "application/commands/auth/rotate_signing_keys/command.h"
#include "application/commands/system/count_transfer_syntaxes/command.h"
#include "application/commands/schedules/run_due_schedules/command.h"
#include "application/commands/schedules/ship_schedules/command.h"
#include "application/commands/system/purge_expired/command.h"
#include "application/commands/system/tell_storage_low/command.h"
#include "application/events/mail_queued.h"
#include "base/arena.h"
#include "infrastructure/sweeper.h"
#include "presentation/http/tls.h"

#define PASSWORD_LINKS_JOB "send_password_links"

enum { COUNTED_UNIT_COUNT_MAX = 500 }; /* of studies from before, in one run of the job */

static err purge_expired_job(void *owner)
{
    struct app *app = owner;
    struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct purge_expired cmd = {0};
    struct purge_expired_result result;
    err e = purge_expired_send(&scope, &cmd, &result);
    arena_deinit(&scratch);
    return e;
}

enum {
    INDEX_SETTLE_MS = 2 * INGEST_RULES_MS, /* when nobody goes by a list without it any more */
    INDEX_BUILD_MS = 1000
};

static err build_step(struct app *app, struct arena *scratch,
                      struct build_indexed_attributes_result *out)
{
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, scratch, &principal);
    struct build_indexed_attributes cmd = {.settled_key = app->index_build.settled_key};
    return build_indexed_attributes_send(&scope, &cmd, out);
}

/* Step after step for BUILD_MS, then the other jobs have their turn. An attribute is settled when
 * an earlier run, long enough ago, has seen it. */
static err attributes_job(void *owner)
{
    struct app *app = owner;
    struct arena scratch = {0};
    struct build_indexed_attributes_result result = {.has_more = true};
    uint64_t began_ns = monotonic_ns(), settling_ns = INDEX_SETTLE_MS * UINT64_C(1000000);
    err e = OK;
    if (app->index_build.seen_ns != 0 && began_ns - app->index_build.seen_ns >= settling_ns)
        app->index_build.settled_key = app->index_build.seen_key;
    while (!failed(e) && result.has_more &&
           monotonic_ns() - began_ns < INDEX_BUILD_MS * UINT64_C(1000000)) {
        e = build_step(app, &scratch, &result);
        arena_reset(&scratch);
    }
    if (!failed(e) && result.newest_key != app->index_build.seen_key) {
        app->index_build.seen_key = result.newest_key;
        app->index_build.seen_ns = monotonic_ns();
    }
    if (!failed(e) && result.has_more)
        scheduler_wake(&app->scheduler, "index_attributes");
    arena_deinit(&scratch);
    return e;
}

/* Unit after unit, so that others come between. */
static err count_transfer_syntaxes_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct count_transfer_syntaxes_result result = {0};
    for (int i = 0; i < COUNTED_UNIT_COUNT_MAX && (i == 0 || result.has_more); i++) {
        arena_reset(&scratch);
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(count_transfer_syntaxes_send(&scope, &(struct count_transfer_syntaxes){0}, &result));
    }
    return OK;
}

static err read_keys_job(void *owner)
{
    return key_ring_read(&((struct app *)owner)->tokens.keys);
}

static err rotate_keys_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    const struct renew_signing_keys cmd = {.days = app->settings.signing_key_days.value};
    struct renew_signing_keys_result result;
    return renew_signing_keys_send(&scope, &cmd, &result);
}

static err session_uses_job(void *owner)
{
    struct app *app = owner;
    return session_uses_memory_flush(&app->session_uses, app->db, clock_system());
}

static err password_links_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct send_password_links_result result;
    TRY(send_password_links_send(&scope, &(struct send_password_links){0}, &result));
    if (result.request_count == PASSWORD_REQUEST_COUNT_MAX)
        scheduler_wake(&app->scheduler, PASSWORD_LINKS_JOB);
    return OK;
}

static err certificate_job(void *owner)
{
    (void)owner;
    return http_tls_refresh();
}

static err stages_job(void *owner)
{
    return sweep_stages(((struct app *)owner)->storage, SWEEP_AGE_SECONDS);
}

static err objects_job(void *owner)
{
    struct app *app = owner;
    struct leadership lease;
    err e = leadership_open(&lease, app->db, clock_system(), STR(OBJECT_REMOVAL_LEASE), (uuid){0});
    if (!failed(e) && leadership_leads(&lease)) /* else a backup is being made: in an hour */
        e = sweep_objects(app->db, app->storage, clock_system(), SWEEP_AGE_SECONDS, &lease);
    leadership_close(&lease);
    return e;
}

/* What is told once is seen to by the command. */
static err storage_job(void *owner)
{
    static const char *const words[] = {"enough", "low", "full"};
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct tell_storage_low_result result;
    struct storage_space space;
    TRY(storage_space(app->storage, &space));
    const struct tell_storage_low cmd = {
        .free_size = space.free_size > INT64_MAX ? INT64_MAX : (int64_t)space.free_size,
        .reserve_size = (int64_t)space.reserve_size,
        .warning_size = (int64_t)app->settings.storage_warning << 20};
    TRY(tell_storage_low_send(&scope, &cmd, &result));
    if (result.is_told)
        log_event(LOG_WARN, "storage", "state=%s", words[result.room]);
    return OK;
}

static err audit_job(void *owner)
{
    return mediator_ports_flush_audit(&((struct app *)owner)->mediator);
}

static err anchors_job(void *owner)
{
    struct app *app = owner;
    uint64_t now = monotonic_ns();
    uint64_t pause = (uint64_t)app->settings.audit_anchor_seconds * 1000000000u;
    if (app->anchored_ns != 0 && now - app->anchored_ns < pause)
        return OK;
    app->anchored_ns = now; /* what fails comes again in its turn, not every second */
    return audit_anchors_write(&app->audit_anchors);
}

/* What the receiver does not have yet stays, however old it is. */
static err find_delivered(struct app *app, struct arena *a, int64_t *key, bool *must_wait)
{
    struct db_session *session;
    TRY(db_session_begin(app->db, a, clock_system(), &session));
    err e = audit_reader_get_position(session->readers.audit, AUDIT_SYSLOG_POSITION, key);
    db_session_end(session);
    *must_wait = *key == 0;
    return e;
}

static err retention_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct audit_retention retention = {.db = app->db,
                                        .clock = clock_system(),
                                        .seal = &app->audit_seal,
                                        .days = (int64_t)app->settings.audit_retention,
                                        .request_id =
                                            uuid_text(&scratch, uuid_make(clock_system()))};
    int64_t count;
    bool more, must_wait = false;
    if (retention.days == 0)
        return OK;
    if (app->settings.audit_syslog_url.ptr != NULL)
        TRY(find_delivered(app, &scratch, &retention.up_to_key, &must_wait));
    if (must_wait)
        return OK;
    TRY(audit_retention_run(&retention, &count, &more));
    if (more)
        scheduler_wake(&app->scheduler, "audit_retention");
    return OK;
}

static err escalate_reports_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct escalate_reports_result result = {.has_more = true};
    while (result.has_more) {
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(escalate_reports_send(&scope, &(struct escalate_reports){0}, &result));
        arena_reset(&scratch);
    }
    return OK;
}

static err ship_schedules_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct ship_schedules_result result;
    return ship_schedules_send(&scope, &(struct ship_schedules){0}, &result);
}

static err run_schedules_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct run_due_schedules_result result = {.due_count = DUE_SCHEDULE_COUNT_MAX};
    while (result.due_count == DUE_SCHEDULE_COUNT_MAX) {
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(run_due_schedules_send(&scope, &(struct run_due_schedules){0}, &result));
        arena_reset(&scratch);
    }
    return OK;
}

static const struct scheduled_job jobs[] = {
    {"ship_schedules", 600, ship_schedules_job, .is_shared = true},
    {"run_schedules", 1, run_schedules_job, .is_shared = true},
    {"purge_expired", 600, purge_expired_job, .is_shared = true},
    {"count_transfer_syntaxes", 60, count_transfer_syntaxes_job, .is_shared = true},
    {"read_signing_keys", KEY_RING_READ_SECONDS, read_keys_job, .is_shared = false},
    {"note_session_uses", SESSION_USES_FLUSH_SECONDS, session_uses_job, .is_shared = false},
    {PASSWORD_LINKS_JOB, 5, password_links_job, .is_shared = true},
    {"renew_signing_keys", 600, rotate_keys_job, .is_shared = true},
    {"read_certificate", 2, certificate_job, .is_shared = false},
    {"sweep_stages", 3600, stages_job, .is_shared = false},
    {"watch_storage", 10, storage_job, .is_shared = true},
    {"sweep_objects", 3600, objects_job, .is_shared = true},
    {"flush_audit", 60, audit_job, .is_shared = false},
    {"audit_anchors", 1, anchors_job, .is_shared = true},
    {"audit_retention", 3600, retention_job, .is_shared = true},
    {"escalate_reports", 5, escalate_reports_job, .is_shared = true},
    {"index_attributes", 3, attributes_job, .is_shared = true},
};

static void wake_password_job(struct message_listener *l, str payload)
{
    (void)payload;
    scheduler_wake(&container_of(l, struct app, password_listener)->scheduler, PASSWORD_LINKS_JOB);
}

static bool leads(void *owner)
{
    return leadership_leads(&((struct app *)owner)->leadership);
}

/* Every process has jobs of its own; those of the installation are for the workers. */
err app_jobs_open(struct app *app)
{
    if ((app->container.roles & ROLE_WORKER) != 0)
        TRY(leadership_open(&app->leadership, app->db, clock_system(), STR("schedules"),
                            (uuid){0}));
    TRY(scheduler_open(&app->scheduler, jobs, COUNT_OF(jobs), leads, app));
    if (app->settings.audit_syslog_url.ptr != NULL && (app->container.roles & ROLE_WORKER) != 0)
        TRY(audit_syslog_open(&app->audit_syslog,
                              &(struct audit_syslog_settings){.url = app->settings.audit_syslog_url,
                                                              .source = app->services.audit_source,
                                                              .db = app->db,
                                                              .clock = clock_system(),
                                                              .leads = leads,
                                                              .owner = app}));
    app->password_listener.heard = wake_password_job;
    return message_bus_subscribe(app->services.bus, PASSWORD_REQUEST_CHANNEL,
                                 &app->password_listener);
}

void app_jobs_close(struct app *app)
{
    message_bus_unsubscribe(app->services.bus, &app->password_listener);
    scheduler_close(&app->scheduler);
    audit_syslog_close(&app->audit_syslog);
    app->anchors_at_end = leads(app);
    leadership_close(&app->leadership);
}

/* Mail after mail, while there are any and the server takes them. */
static err send_mails_job(void *owner)
{
    struct app *app = owner;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    bool goes_on = true;
    while (goes_on && leads(app)) {
        struct scope scope = app_scope(app, &scratch, &principal);
        TRY(mail_sender_step(&app->mail_sender, &scope, &goes_on));
        arena_reset(&scratch);
    }
    return OK;
}

static const struct scheduled_job mail_jobs[] = {
    {"send_mails", 5, send_mails_job, .is_shared = true},
};

static void wake_mail_job(struct message_listener *l, str payload)
{
    (void)payload;
    scheduler_wake(&container_of(l, struct app, mail_listener)->mail_scheduler, "send_mails");
}

err app_mail_open(struct app *app)
{
    const struct settings *s = &app->settings;
    TRY(mail_sender_open(&app->mail_sender, &app->arena, s->smtp_url, s->smtp_ca, s->mail_from));
    TRY(scheduler_open(&app->mail_scheduler, mail_jobs, COUNT_OF(mail_jobs), leads, app));
    app->mail_listener.heard = wake_mail_job;
    return message_bus_subscribe(app->services.bus, STR(MAIL_CHANNEL), &app->mail_listener);
}

void app_mail_close(struct app *app)
{
    message_bus_unsubscribe(app->services.bus, &app->mail_listener);
    mail_sender_stop(&app->mail_sender);
    scheduler_close(&app->mail_scheduler);
    mail_sender_close(&app->mail_sender);
}
