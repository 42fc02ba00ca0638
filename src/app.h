/* struct app: the process. Here alone the container is filled: one member per module, in the order
 * they need each other. */
#ifndef APP_H
#define APP_H

#include "application/services/services.h"
#include "core/di_container.h"
#include "core/health_monitor.h"
#include "infrastructure/audit_anchors.h"
#include "infrastructure/audit_retention.h"
#include "infrastructure/backup/backup.h"
#include "infrastructure/connection_settings.h"
#include "infrastructure/event_dispatcher.h"
#include "infrastructure/export_folders_posix.h"
#include "infrastructure/import_folders_posix.h"
#include "infrastructure/leadership.h"
#include "infrastructure/mail_sender.h"
#include "infrastructure/mediator_ports.h"
#include "infrastructure/ingest_rules_memory.h"
#include "infrastructure/metadata_memory.h"
#include "infrastructure/http_client.h"
#include "infrastructure/otp_openssl.h"
#include "infrastructure/password_argon2.h"
#include "infrastructure/pdf_cairo.h"
#include "infrastructure/secret_sha256.h"
#include "infrastructure/oidc/relying_party.h"
#include "infrastructure/principal_memory.h"
#include "infrastructure/postgres/bus.h"
#include "infrastructure/redis_database.h"
#include "infrastructure/s3/storage_s3.h"
#include "infrastructure/report_seal.h"
#include "infrastructure/seal_sodium.h"
#include "infrastructure/session_uses_memory.h"
#include "infrastructure/sqlite/database.h"
#include "infrastructure/syslog/audit_syslog.h"
#include "infrastructure/storage_filesystem.h"
#include "infrastructure/token_jws.h"
#include "presentation/event_streams.h"
#include "presentation/http/server.h"
#include "presentation/router.h"
#include "presentation/schedule/scheduler.h"
#include "infrastructure/time_zones_glib.h"
#include "infrastructure/webhook_sender_http.h"
#include "presentation/schedule/task_pool.h"
#include "presentation/static_files.h"

enum app_role {
    ROLE_INTERNAL = 1,
    ROLE_PUBLIC = 2,
    ROLE_WORKER = 4,
    ROLE_SERVER = ROLE_INTERNAL | ROLE_PUBLIC
};

enum {
    STOP_WORK_SECONDS = 24, /* after the signal, for what is under way; then it is cut off */
    STOP_SECONDS_MAX = 30   /* then the process ends as it is */
};

struct app {
    struct arena arena; /* as long as the process */
    struct settings settings;
    const char *data_dir;
    struct di_container container;
    struct sqlite_database sqlite; /* one of them is open */
    struct postgres_database postgres;
    struct db_context *db; /* the engine in use */
    struct storage_filesystem filesystem;
    struct storage_s3 s3;
    struct storage *storage; /* the one in use */
    struct token_jws tokens;
    struct seal_sodium seals;
    struct password_argon2 passwords;
    struct otp_openssl otp;
    struct pdf_cairo pdf;
    struct export_folders_posix export_folders;
    struct import_folders_posix import_folders;
    struct session_uses_memory session_uses;
    struct backup_maker backups;
    struct principal_memory principals;
    struct metadata_memory metadata;
    struct ingest_rules_memory ingest_rules;
    struct redis_database redis; /* what nodes share, or its twin in this process */
    struct rate_memory rates;
    struct bus_memory bus;
    struct postgres_bus postgres_bus;
    struct message_listener outbox_listener;
    struct message_listener password_listener;
    struct mediator_ports mediator;
    struct audit_seal audit_seal;
    struct report_seal report_seal;
    struct audit_anchors audit_anchors;
    struct audit_syslog audit_syslog; /* of zeros where nobody is sent the trail */
    bool anchors_at_end;              /* it led when it was told to stop */
    uint64_t anchored_ns;             /* when the job last made anchors; 0: not yet */
    struct services services;
    struct lanes lanes;
    struct event_streams streams; /* of the internal API */
    struct message_listener streams_listener;
    struct static_files viewer; /* empty when it is not installed */
    bool has_viewer;
    struct web_app internal_app, public_app, worker_app;
    struct http_server *internal_server, *public_server, *worker_server;
    struct scheduler scheduler;
    struct {
        int64_t settled_key, seen_key; /* of indexed attributes, see attributes_job */
        uint64_t seen_ns;
    } index_build;
    struct time_zones_glib time_zones;
    struct http_client_curl http;
    struct relying_party relying_party;
    struct task_pool task_pool;
    struct webhook_sender_http webhook_sender;
    struct task_pool webhook_pool;
    struct message_listener task_listener;
    struct event_dispatcher event_dispatcher;
    struct scheduler event_scheduler;
    struct mail_sender mail_sender;
    struct scheduler mail_scheduler; /* a thread of its own: servers may be slow */
    struct message_listener mail_listener;
    struct leadership leadership; /* of the jobs that only one node runs */
    struct leadership secret;     /* held together by all nodes that have the same */
    struct health_monitor health;
    bool is_draining;         /* told to stop; still serves */
    int64_t organization_key; /* the first one: what the command line works for */
    str new_password;         /* of an administrator made just now */
};

/* Reads settings, opens what the roles need. On failure nothing stays open. */
err app_open(struct app *app, str config_file, unsigned roles);
void app_close(struct app *app);

/* A scope for the program itself. */
struct scope app_scope(struct app *app, struct arena *a, const struct principal *principal);

/* By the settings; for services that are open. */
struct backup_settings app_backup_settings(struct app *app);

/* Serves until SIGTERM or SIGINT, then drains. Returns the exit code. */
int app_run(struct app *app);
/* Opens, tells an error, serves: the whole of an entry point. */
int app_main(str config_file, unsigned roles);

#endif
