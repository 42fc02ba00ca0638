/* The modules and their order; what happens at the first start; waiting for the end. */
#include "app.h"
#include "app_events.h"
#include "app_jobs.h"
#include "app_tasks.h"
#include "app_webhooks.h"

#include "application/commands/auth/rotate_signing_keys/command.h"
#include "application/commands/organizations/create_organization/command.h"
#include "application/commands/system/report_worklist_status/command.h"
#include "application/services/tasks/kinds.h"
#include "base/arena.h"
#include "base/json.h"
#include "infrastructure/object_bytes.h"
#include "infrastructure/secret_sha256.h"
#include "presentation/http/tls.h"
#include "presentation/health_routes.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/public_routers/routers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

static err data_dir_open(struct app *app)
{
    app->data_dir = str_cstr(&app->arena, app->settings.data_dir);
    if (mkdir(app->data_dir, 0700) != 0 && errno != EEXIST)
        return ERR(UNAVAILABLE, "the data folder cannot be made");
    str restoring = str_format(&app->arena, "%s/" BACKUP_RESTORING_FILE, app->data_dir);
    if (access(str_cstr(&app->arena, restoring), F_OK) == 0)
        return ERR(INVALID, "a restore was begun here and has not ended: run gantry restore again");
    return OK;
}

static err data_dir_health(struct app *app)
{
    if (faccessat(AT_FDCWD, app->data_dir, R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        return ERR(UNAVAILABLE, "the data folder cannot be used");
    return OK;
}

static err database_open(struct app *app)
{
    str url = app->settings.database_url;
    if (str_starts(url, STR("sqlite:"))) {
        app->db = &app->sqlite.engine.base;
        return sqlite_context_open(&app->sqlite, &app->arena, str_sub(url, 7, url.len));
    }
    app->db = &app->postgres.engine.base;
    return postgres_context_open(&app->postgres, &app->arena, url);
}

static void database_close(struct app *app)
{
    sqlite_database_close(&app->sqlite);
    postgres_database_close(&app->postgres);
}

static err database_health(struct app *app)
{
    return db_health(app->db);
}

static err storage_s3_open_module(struct app *app)
{
    const struct settings *s = &app->settings;
    app->storage = &app->s3.base;
    return storage_s3_open(
        &app->s3, &app->arena,
        &(struct storage_s3_settings){
            .url = s->storage_url,
            .data_dir = s->data_dir,
            .credentials = {s->s3_access_key_id, s->s3_secret_access_key, s->s3_session_token},
            .cache_size = (uint64_t)s->storage_cache_size * 1024 * 1024,
            .clock = clock_system()});
}

static err storage_open_module(struct app *app)
{
    if (str_starts(app->settings.storage_url, STR("s3:")))
        return storage_s3_open_module(app);
    app->storage = &app->filesystem.base;
    TRY(storage_filesystem_open(
        &app->filesystem, str_sub(app->settings.storage_url, 5, app->settings.storage_url.len)));
    app->filesystem.reserve_mib = app->settings.storage_reserve;
    return OK;
}

static void storage_close_module(struct app *app)
{
    storage_filesystem_close(&app->filesystem);
    storage_s3_close(&app->s3);
}

static err storage_health_module(struct app *app)
{
    return storage_health(app->storage);
}

struct backup_settings app_backup_settings(struct app *app)
{
    return (struct backup_settings){.folder = app->settings.backup_folder,
                                    .keep_count = app->settings.backup_keep,
                                    .data_dir = app->settings.data_dir,
                                    .database_url = app->settings.database_url,
                                    .db = app->db,
                                    .storage = app->storage,
                                    .clock = clock_system(),
                                    .secret_fingerprint = token_jws_fingerprint(&app->tokens)};
}

static str audit_source(struct app *app)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0')
        return STR("gantry");
    return str_format(&app->arena, "gantry@%s", name);
}

static err services_open(struct app *app)
{
    TRY(token_jws_open(&app->tokens, app->settings.data_dir, app->settings.secret_key));
    TRY(seal_sodium_open(&app->seals, app->tokens.secret));
    TRY(password_argon2_open(&app->passwords));
    otp_openssl_open(&app->otp);
    time_zones_glib_open(&app->time_zones);
    pdf_cairo_init(&app->pdf, NULL);
    if (app->settings.export_root.ptr != NULL)
        export_folders_posix_init(&app->export_folders,
                                  str_cstr(&app->arena, app->settings.export_root));
    if (app->settings.import_root.ptr != NULL)
        import_folders_posix_init(&app->import_folders,
                                  str_cstr(&app->arena, app->settings.import_root));
    TRY(http_client_curl_open(&app->http, &app->arena, app->settings.outbound_allow,
                              app->settings.outbound_ca, app->settings.outbound_plain));
    relying_party_open(&app->relying_party, &app->http.base, clock_system());
    session_uses_memory_open(&app->session_uses);
    principal_memory_open(&app->principals);
    metadata_memory_open(&app->metadata);
    ingest_rules_memory_open(&app->ingest_rules);
    mediator_ports_open(&app->mediator, app->db, clock_system());
    mediator_ports_use_secret(&app->mediator, app->tokens.secret);
    audit_seal_open(&app->audit_seal, app->tokens.secret);
    report_seal_open(&app->report_seal, app->tokens.secret);
    audit_anchors_open(&app->audit_anchors, app->db, clock_system(), &app->audit_seal,
                       app->data_dir);
    webhook_sender_http_open(&app->webhook_sender, &app->http.base,
                             app->settings.webhook_timeout_seconds.value);
    app->services = (struct services){
        .storage = app->storage,
        .tokens = &app->tokens.base,
        .passwords = &app->passwords.base,
        .otp = &app->otp.base,
        .session_uses = &app->session_uses.base,
        .seals = &app->seals.base,
        .secrets = &secret_sha256,
        .mail = {.public_url = app->settings.public_url,
                 .has_server = app->settings.smtp_url.ptr != NULL},
        .principals = &app->principals.base,
        .metadata = &app->metadata.base,
        .keeps_preambles = app->settings.keep_preambles,
        .ingest_rules = &app->ingest_rules.base,
        .task_kinds = task_kinds,
        .webhooks = &app->webhook_sender.base,
        .webhook_retry_seconds = app->settings.webhook_retry_seconds.value,
        .time_zones = &app->time_zones.base,
        .http = &app->http.base,
        .openid = &app->relying_party.base,
        .objects = &object_checker_by_reading,
        .audit_sealer = &app->audit_seal.base,
        .report_sealer = &app->report_seal.base,
        .pdf = &app->pdf.base,
        .export_folders = app->settings.export_root.ptr != NULL ? &app->export_folders.base : NULL,
        .import_folders = app->settings.import_root.ptr != NULL ? &app->import_folders.base : NULL,
        .audit_source = audit_source(app),
        .duplicates = app->settings.duplicates};
    const struct backup_settings backups = app_backup_settings(app);
    backup_maker_open(&app->backups, &backups);
    app->services.backups = backups.folder.ptr != NULL ? &app->backups.base : NULL;
    return OK;
}

/* A token that one node issued must be good on the others. */
static err secret_open(struct app *app)
{
    if (!app->db->is_remote)
        return OK;
    TRY(leadership_open(&app->secret, app->db, clock_system(), STR("secret"),
                        token_jws_fingerprint(&app->tokens)));
    return leadership_leads(&app->secret)
               ? OK
               : ERR(INVALID, "a node that runs on this database has another secret: give all of "
                              "them the same GANTRY_SECRET_KEY");
}

/* Behind the secret: with another one it could not read the keys, and would make its own. */
static err signing_keys_open(struct app *app)
{
    return token_jws_open_keys(&app->tokens, app->db, &app->seals.base, clock_system());
}

static void secret_close(struct app *app)
{
    leadership_close(&app->secret);
}

/* What this process still wrote is anchored too. */
static void write_last_anchors(struct app *app)
{
    err e = audit_anchors_write(&app->audit_anchors);
    if (failed(e))
        log_err(LOG_WARN, "audit_anchors", e);
}

static void services_close(struct app *app)
{
    if (app->mediator.base.ops != NULL) {
        err e = mediator_ports_flush_audit(&app->mediator);
        if (failed(e))
            log_err(LOG_WARN, "audit_flush", e);
        e = session_uses_memory_flush(&app->session_uses, app->db, clock_system());
        if (failed(e))
            log_err(LOG_WARN, "session_uses_flush", e);
        if (app->anchors_at_end)
            write_last_anchors(app);
    }
    mediator_ports_close(&app->mediator);
    audit_anchors_close(&app->audit_anchors);
    session_uses_memory_close(&app->session_uses);
    principal_memory_close(&app->principals);
    ingest_rules_memory_close(&app->ingest_rules);
    metadata_memory_close(&app->metadata);
    password_argon2_close(&app->passwords);
    seal_sodium_close(&app->seals);
    pdf_cairo_deinit(&app->pdf);
    relying_party_close(&app->relying_party);
    time_zones_glib_close(&app->time_zones);
    token_jws_close(&app->tokens);
}

/* Hints go by Redis, else by the database, else round this process. */
static err bus_open(struct app *app)
{
    if (app->settings.redis_url.ptr != NULL) {
        app->services.bus = &app->redis.bus;
        return OK;
    }
    if (app->db->is_remote) {
        app->services.bus = &app->postgres_bus.base;
        return postgres_bus_open(&app->postgres_bus, &app->postgres);
    }
    app->services.bus = &app->bus.base;
    return bus_memory_open(&app->bus);
}

static err redis_open(struct app *app)
{
    if (app->settings.redis_url.ptr != NULL) {
        TRY(redis_database_open(&app->redis, app->settings.redis_url, app->tokens.secret));
        app->services.rates = &app->redis.rates;
        app->metadata.shared = &app->redis.cache;
    } else {
        rate_memory_open(&app->rates);
        app->services.rates = &app->rates.base;
    }
    TRY(bus_open(app));
    app->mediator.bus = app->services.bus;
    bool is_alone = app->services.bus == &app->bus.base;
    return is_alone ? OK : principal_memory_share(&app->principals, app->services.bus);
}

static void redis_close(struct app *app)
{
    principal_memory_unshare(&app->principals);
    app->mediator.bus = NULL;
    app->metadata.shared = NULL;
    redis_database_close(&app->redis);
    postgres_bus_close(&app->postgres_bus);
    bus_memory_close(&app->bus);
    rate_memory_close(&app->rates);
}

static err redis_health(struct app *app)
{
    return redis_database_health(&app->redis);
}

static bool redis_is_used(struct app *app)
{
    return app->settings.redis_url.ptr != NULL;
}

static str make_password(struct arena *a)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none that look alike */
    unsigned char bytes[20];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i != 0 && i % 5 == 0)
            buf_add_char(&out, '-');
        buf_add_char(&out, letters[bytes[i] % 32]);
    }
    return str_copy(a, buf_str(&out));
}

static err make_first_organization(struct app *app)
{
    struct principal principal = principal_system(0);
    struct scope scope = app_scope(app, &app->arena, &principal);
    struct create_organization cmd = {.name = STR("Gantry"),
                                      .admin_email = app->settings.admin_email,
                                      .admin_password = app->settings.admin_password};
    struct create_organization_result result;
    if (cmd.admin_password.ptr == NULL)
        cmd.admin_password = app->new_password = make_password(&app->arena);
    err e = create_organization_send(&scope, &cmd, &result);
    app->organization_key = failed(e) ? 0 : result.organization.key;
    if (e.code == ERR_INVALID && scope.issues.list.len != 0)
        return ERRF(&app->arena, INVALID, "%.*s %.*s", STR_ARG(scope.issues.list.at[0].field),
                    STR_ARG(scope.issues.list.at[0].text));
    return e;
}

/* The first start: an organization and its administrator. */
static err bootstrap_open(struct app *app)
{
    struct db_session *session;
    struct organization organization;
    TRY(db_session_begin(app->db, &app->arena, clock_system(), &session));
    err e = organization_reader_first(session->readers.organizations, &app->arena, &organization);
    db_session_end(session);
    if (e.code == ERR_NOT_FOUND)
        return make_first_organization(app);
    TRY(e);
    app->organization_key = organization.key;
    return OK;
}

struct scope app_scope(struct app *app, struct arena *a, const struct principal *principal)
{
    return (struct scope){.arena = a,
                          .clock = clock_system(),
                          .principal = principal,
                          .services = &app->services,
                          .issues = {.arena = a},
                          .request_id = uuid_text(a, uuid_make(clock_system())),
                          .peer_address = STR("local"),
                          .mediator = &app->mediator.base};
}

static err scheduler_health_module(struct app *app)
{
    return scheduler_health(&app->scheduler);
}

struct health_report {
    struct buf out;
    bool first, is_degraded;
};

static void report_health(void *to, const struct module *module, err health)
{
    struct health_report *report = to;
    json_write_member(&report->out, &report->first, str_of(module->name));
    report->is_degraded |= failed(health);
    str flaw = module->is_optional ? STR("degraded") : str_of(err_code_name(health.code));
    json_write_str(&report->out, failed(health) ? flaw : STR("ok"));
}

static str health_text(void *owner, struct arena *a, bool *ready)
{
    struct app *app = owner;
    struct health_report report = {.out = BUF_IN(a), .first = true};
    buf_add_char(&report.out, '{');
    bool is_draining = __atomic_load_n(&app->is_draining, __ATOMIC_RELAXED);
    bool is_well = !failed(health_monitor_read(&app->health, report_health, &report));
    *ready = is_well && !is_draining;
    json_write_member(&report.out, &report.first, STR("status"));
    json_write_str(&report.out, is_draining          ? STR("draining")
                                : !is_well           ? STR("unavailable")
                                : report.is_degraded ? STR("degraded")
                                                     : STR("ok"));
    buf_add_char(&report.out, '}');
    return buf_str(&report.out);
}

static void add_syslog_metrics(struct app *app, struct buf *out)
{
    if (app->settings.audit_syslog_url.ptr == NULL)
        return;
    struct audit_syslog_state state = audit_syslog_state(&app->audit_syslog);
    buf_addf(out,
             "# TYPE gantry_audit_syslog_sent_total counter\ngantry_audit_syslog_sent_total %llu\n"
             "# TYPE gantry_audit_syslog_failures_total counter\n"
             "gantry_audit_syslog_failures_total %llu\n"
             "# TYPE gantry_audit_syslog_lag_seconds gauge\n"
             "gantry_audit_syslog_lag_seconds %.3f\n",
             (unsigned long long)state.sent_count, (unsigned long long)state.failure_count,
             state.lag_seconds);
}

static str metrics_text(void *owner, struct arena *a)
{
    struct app *app = owner;
    struct buf out = BUF_IN(a);
    buf_add(&out, STR("# TYPE gantry_use_case_calls_total counter\n# TYPE "
                      "gantry_use_case_errors_total counter\n"
                      "# TYPE gantry_use_case_seconds_total counter\n"));
    for (size_t i = 0; i < USE_CASE_COUNT_MAX; i++) {
        const struct use_case_metric *m = &app->mediator.metrics[i];
        const struct use_case *u = __atomic_load_n(&m->use_case, __ATOMIC_ACQUIRE);
        if (u == NULL)
            continue;
        buf_addf(&out, "gantry_use_case_calls_total{name=\"%s\"} %llu\n", u->name,
                 (unsigned long long)__atomic_load_n(&m->call_count, __ATOMIC_RELAXED));
        buf_addf(&out, "gantry_use_case_errors_total{name=\"%s\"} %llu\n", u->name,
                 (unsigned long long)__atomic_load_n(&m->error_count, __ATOMIC_RELAXED));
        buf_addf(&out, "gantry_use_case_seconds_total{name=\"%s\"} %.6f\n", u->name,
                 (double)__atomic_load_n(&m->total_ns, __ATOMIC_RELAXED) / 1e9);
    }
    buf_addf(&out,
             "# TYPE gantry_database_commits_total counter\ngantry_database_commits_total %llu\n",
             (unsigned long long)__atomic_load_n(&app->db->commit_count, __ATOMIC_RELAXED));
    add_syslog_metrics(app, &out);
    app_tasks_metrics(app, &out);
    if (http_tls_is_open())
        buf_addf(&out,
                 "# TYPE gantry_tls_certificate_expires_seconds gauge\n"
                 "gantry_tls_certificate_expires_seconds %lld\n",
                 (long long)(http_tls_expires_at() - clock_now(clock_system()).us / SECONDS(1)));
    app_webhooks_metrics(app, &out);
    buf_addf(&out, "# TYPE gantry_leads gauge\ngantry_leads %d\n",
             leadership_leads(&app->leadership));
    buf_addf(&out, "# TYPE gantry_database_units_total counter\ngantry_database_units_total %llu\n",
             (unsigned long long)__atomic_load_n(&app->db->unit_count, __ATOMIC_RELAXED));
    return buf_str(&out);
}

static void web_app_prepare(struct app *app, struct web_app *w)
{
    w->mediator = &app->mediator.base;
    w->services = &app->services;
    w->clock = clock_system();
    w->lanes = &app->lanes;
    w->looks_up_inline = !app->db->is_remote;
    w->has_tls = app->settings.behind_proxy || http_tls_is_open();
    w->ends_tls = http_tls_is_open();
    w->cors_origins = app->settings.cors_origins;
    w->viewer = app->has_viewer ? &app->viewer : NULL;
    w->owner = app;
    w->health = health_text;
    w->metrics = metrics_text;
}

static err tls_open(struct app *app)
{
    return app->settings.tls_cert.ptr != NULL
               ? http_tls_open(&app->arena, app->settings.tls_cert, app->settings.tls_key)
               : OK;
}

static void tls_close(struct app *app)
{
    (void)app;
    http_tls_close();
}

static err lanes_open_module(struct app *app)
{
    return lanes_open(&app->lanes, &(struct lanes_settings){0});
}

static void lanes_close_module(struct app *app)
{
    lanes_close(&app->lanes);
}

static err health_open(struct app *app)
{
    return health_monitor_open(&app->health, &app->container, app);
}

static void health_close(struct app *app)
{
    health_monitor_close(&app->health);
}

static err serve(struct app *app, str address, struct web_app *w, struct http_server **out)
{
    struct http_server_settings settings = {.address = address,
                                            .uses_tls = http_tls_is_open(),
                                            .behind_proxy = app->settings.behind_proxy};
    return http_server_open(out, &app->arena, &settings, &w->base, &app->lanes);
}

/* Without its files the server has no viewer, and says so at /viewer. */
static err viewer_open(struct app *app)
{
    err e = static_files_open(&app->viewer, &app->arena,
                              str_cstr(&app->arena, app->settings.viewer_dir));
    app->has_viewer = !failed(e);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static void viewer_close(struct app *app)
{
    static_files_close(&app->viewer);
}

static void wake_streams(struct message_listener *l, str payload)
{
    (void)payload;
    event_streams_wake(&container_of(l, struct app, streams_listener)->streams);
}

/* Of several nodes one that goes or comes is not the service. */
static void report_worklist(struct app *app, bool is_going_down)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    const struct report_worklist_status cmd = {is_going_down};
    struct report_worklist_status_result result;
    if (app->db->is_remote || !app->streams.is_open)
        return;
    err e = report_worklist_status_send(&scope, &cmd, &result);
    if (failed(e))
        log_err(LOG_WARN, "worklist_status", e);
}

static err streams_open(struct app *app)
{
    TRY(event_streams_open(&app->streams, &app->mediator.base, &app->services, clock_system()));
    app->internal_app.streams = &app->streams;
    app->streams_listener.heard = wake_streams;
    TRY(message_bus_subscribe(app->services.bus, OUTBOX_CHANNEL, &app->streams_listener));
    report_worklist(app, false);
    return OK;
}

static err internal_open(struct app *app)
{
    web_app_prepare(app, &app->internal_app);
    TRY(streams_open(app));
    TRY(internal_web_app_open(&app->internal_app));
    return serve(app, app->settings.http_address, &app->internal_app, &app->internal_server);
}

/* What a handler that is still at work uses must not be taken from under it: everything that was
 * acknowledged is durable, so the process may end where it stands. */
static void end_server(struct http_server *server)
{
    if (!http_server_close(server))
        _exit(EX_TEMPFAIL);
}

static void internal_close(struct app *app)
{
    event_streams_stop(&app->streams);
    end_server(app->internal_server);
    app->internal_server = NULL;
    message_bus_unsubscribe(app->services.bus, &app->streams_listener);
    event_streams_close(&app->streams);
    web_app_close(&app->internal_app);
}

static err public_open(struct app *app)
{
    web_app_prepare(app, &app->public_app);
    TRY(public_web_app_open(&app->public_app));
    return serve(app, app->settings.public_http_address, &app->public_app, &app->public_server);
}

static void public_close(struct app *app)
{
    end_server(app->public_server);
    app->public_server = NULL;
    web_app_close(&app->public_app);
}

/* Where the worker is a process of its own, whoever watches processes asks it here. */
static err worker_http_open(struct app *app)
{
    if (app->settings.worker_http_address.ptr == NULL || app->container.roles != ROLE_WORKER)
        return OK;
    web_app_prepare(app, &app->worker_app);
    TRY(health_web_app_open(&app->worker_app));
    TRY(lanes_open(&app->lanes, &(struct lanes_settings){.thread_counts = {0, 1, 1, 1}}));
    return serve(app, app->settings.worker_http_address, &app->worker_app, &app->worker_server);
}

static void worker_http_close(struct app *app)
{
    if (app->worker_app.base.ops == NULL)
        return;
    end_server(app->worker_server);
    app->worker_server = NULL;
    web_app_close(&app->worker_app);
    lanes_close(&app->lanes);
}

static const struct module modules[] = {
    {.name = "data", .open = data_dir_open, .health = data_dir_health},
    {.name = "database", .open = database_open, .close = database_close, .health = database_health},
    {.name = "storage",
     .open = storage_open_module,
     .close = storage_close_module,
     .health = storage_health_module},
    {.name = "services", .open = services_open, .close = services_close},
    {.name = "secret", .open = secret_open, .close = secret_close},
    {.name = "signing_keys", .open = signing_keys_open},
    {.name = "redis",
     .open = redis_open,
     .close = redis_close,
     .health = redis_health,
     .is_optional = true,
     .is_used = redis_is_used},
    {.name = "bootstrap", .open = bootstrap_open},
    {.name = "tls", .open = tls_open, .close = tls_close, .roles = ROLE_SERVER | ROLE_WORKER},
    {.name = "scheduler",
     .open = app_jobs_open,
     .close = app_jobs_close,
     .health = scheduler_health_module,
     .roles = ROLE_SERVER | ROLE_WORKER},
    {.name = "events", .open = app_events_open, .close = app_events_close, .roles = ROLE_WORKER},
    {.name = "webhooks",
     .open = app_webhooks_open,
     .close = app_webhooks_close,
     .roles = ROLE_WORKER},
    {.name = "tasks", .open = app_tasks_open, .close = app_tasks_close, .roles = ROLE_WORKER},
    {.name = "mail", .open = app_mail_open, .close = app_mail_close, .roles = ROLE_WORKER},
    {.name = "health",
     .open = health_open,
     .close = health_close,
     .roles = ROLE_SERVER | ROLE_WORKER},
    {.name = "worker_http",
     .open = worker_http_open,
     .close = worker_http_close,
     .roles = ROLE_WORKER},
    {.name = "lanes", .open = lanes_open_module, .close = lanes_close_module, .roles = ROLE_SERVER},
    {.name = "viewer", .open = viewer_open, .close = viewer_close, .roles = ROLE_SERVER},
    {.name = "public", .open = public_open, .close = public_close, .roles = ROLE_PUBLIC},
    {.name = "internal", .open = internal_open, .close = internal_close, .roles = ROLE_INTERNAL},
};

/* What is in memory is patients' and keys. A dump that goes to a program, as on most systems, asks
 * for no limit, but for this. The leak checker has to look into its own process. */
static void leave_no_core(void)
{
#ifndef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

err app_open(struct app *app, str config_file, unsigned roles)
{
    memset(app, 0, sizeof *app);
    arena_init(&app->arena);
    TRY(settings_read(&app->arena, config_file, &app->settings));
    bool json = str_eq(app->settings.log_format, STR("json")) ||
                (app->settings.log_format.ptr == NULL && isatty(STDERR_FILENO) == 0);
    log_configure(app->settings.log_level, json ? LOG_JSON : LOG_TEXT, STDERR_FILENO);
    if (roles != 0 && !app->settings.core_dumps)
        leave_no_core();
    app->container = (struct di_container){
        .modules = modules, .module_count = COUNT_OF(modules), .roles = roles};
    return di_container_open(&app->container, app, &app->arena);
}

void app_close(struct app *app)
{
    di_container_close(&app->container, app);
    arena_deinit(&app->arena);
}

static void announce(struct app *app, unsigned roles)
{
    const char *scheme = http_tls_is_open() ? "https" : "http";
    if (app->new_password.ptr != NULL)
        printf("\n  Administrator: %.*s\n  Password:      %.*s   (shown this once)\n\n",
               STR_ARG(app->settings.admin_email), STR_ARG(app->new_password));
    if ((roles & ROLE_INTERNAL) != 0) {
        struct db_session *session = NULL;
        int64_t studies = 0, instances, size;
        uint16_t port = http_server_port(app->internal_server);
        printf("  API and documentation: %s://127.0.0.1:%u/docs\n  DICOMweb:              "
               "%s://127.0.0.1:%u/dicom-web\n",
               scheme, port, scheme, port);
        if (app->has_viewer)
            printf("  Viewer:                %s://127.0.0.1:%u/viewer\n", scheme, port);
        err e = db_session_begin(app->db, &app->arena, clock_system(), &session);
        if (!failed(e))
            e = image_reader_statistics(session->readers.images, app->organization_key, &studies,
                                        &instances, &size);
        db_session_end(session);
        if (!failed(e) && studies == 0)
            printf("  The archive is empty: `build/gantry demo` puts synthetic studies in, "
                   "`build/gantry import DIR` yours.\n");
    }
    if (app->worker_server != NULL)
        printf("  Worker health:         %s://127.0.0.1:%u/readyz\n", scheme,
               http_server_port(app->worker_server));
    if ((roles & ROLE_PUBLIC) != 0)
        printf("  Public API:            %s://127.0.0.1:%u/public/v1\n", scheme,
               http_server_port(app->public_server));
    fflush(stdout);
}

static void give_up(int number)
{
    (void)number;
    _exit(EX_TEMPFAIL);
}

/* Whoever sends us requests learns that we go, and is served meanwhile; another signal ends the
 * wait. From here on the clock runs: what does not come to its end in time does not keep us. */
static void drain(struct app *app, const sigset_t *signals)
{
    const struct timespec wait = {.tv_sec = (time_t)app->settings.drain_seconds.value};
    uint64_t deadline_ns = monotonic_ns() + (uint64_t)STOP_WORK_SECONDS * 1000000000u;
    signal(SIGALRM, give_up);
    alarm(STOP_SECONDS_MAX);
    http_server_drain(app->internal_server, deadline_ns);
    http_server_drain(app->public_server, deadline_ns);
    http_server_drain(app->worker_server, deadline_ns);
    __atomic_store_n(&app->is_draining, true, __ATOMIC_RELAXED);
    report_worklist(app, true); /* may wait for the database, so peers have been told before */
    event_streams_stop(&app->streams);
    if (wait.tv_sec != 0)
        sigtimedwait(signals, NULL, &wait);
    http_client_curl_stop(&app->http);
}

int app_run(struct app *app)
{
    sigset_t signals;
    int received;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    announce(app, app->container.roles);
    log_event(LOG_INFO, "started", "version=%s roles=%u", GANTRY_VERSION, app->container.roles);
    sigwait(&signals, &received);
    log_event(LOG_INFO, "stopping", "signal=%d drain_seconds=%lld", received,
              (long long)app->settings.drain_seconds.value);
    drain(app, &signals);
    app_close(app);
    log_event(LOG_INFO, "stopped", "clean=true");
    return EX_OK;
}

int app_main(str config_file, unsigned roles)
{
    static struct app app;
    sigset_t signals;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals,
                    NULL); /* every thread inherits it; app_run waits for them */
    err e = app_open(&app, config_file, roles);
    if (failed(e)) {
        fprintf(stderr, "gantry: %s\n", e.text);
        return e.code == ERR_INVALID || e.code == ERR_NOT_FOUND ? EX_CONFIG : EX_UNAVAILABLE;
    }
    return app_run(&app);
}
