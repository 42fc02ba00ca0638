/* Settings: from the environment, or the same keys in a file. A wrong value or an unknown key is an
 * error that names it. */
#ifndef INFRASTRUCTURE_CONNECTION_SETTINGS_H
#define INFRASTRUCTURE_CONNECTION_SETTINGS_H

#include "base/log.h"
#include "domain/enums/duplicate_policy.h"

enum {
    AUDIT_ANCHOR_SECONDS = 300,
    AUDIT_ANCHOR_SECONDS_MAX = 86400,
    WORKER_THREADS = 2,
    WORKER_THREADS_MAX = 64,
    WEBHOOK_THREADS = 8,
    WEBHOOK_THREADS_MIN = 5, /* more than slow receivers may have */
    WEBHOOK_THREADS_MAX = 64,
    WEBHOOK_SECONDS_MAX = 30,
    STUDY_QUIET_SECONDS = 60,
    STUDY_QUIET_SECONDS_MAX = 86400,
    DRAIN_SECONDS_MAX = 20,
    DRAIN_SECONDS_BEHIND_PROXY = 2 /* some rounds of the proxy's health checks */
};

struct settings {
    str data_dir, database_url, storage_url, http_address, public_http_address;
    str viewer_dir;          /* of the image viewer's files */
    str worker_http_address; /* absent: the worker alone has no listener */
    str redis_url;           /* absent: nothing is shared with other nodes */
    str admin_email, admin_password, secret_key, public_url;
    str smtp_url;  /* absent: mails are held */
    str smtp_ca;   /* absent: the certificates the system trusts */
    str mail_from; /* set when smtp_url is */
    str s3_access_key_id, s3_secret_access_key, s3_session_token;
    enum duplicate_policy duplicates;
    enum log_level log_level;
    uint32_t storage_cache_size; /* MiB; 0: nothing is kept */
    str log_format;              /* absent: text on a terminal, else json */
    bool core_dumps;
    str tls_cert, tls_key; /* PEM files; both or neither */
    bool behind_proxy;
    str cors_origins; /* always set once read */
    bool keep_preambles;
    str export_root;             /* absent: nothing is exported to folders */
    str import_root;             /* absent: nothing is imported from folders */
    opt_i64 drain_seconds;       /* always set once read */
    opt_i64 signing_key_days;    /* likewise */
    opt_i64 study_quiet_seconds; /* likewise */
    opt_i64 worker_threads;      /* likewise */
    str backup_folder;           /* absent: no backups are made by tasks */
    uint32_t storage_reserve;    /* MiB that stay free in a folder of objects */
    uint32_t storage_warning;    /* MiB above that, where administrators are told; 0: at its end */
    uint32_t backup_keep;        /* backups that stay there; 0: all */
    str outbound_allow;          /* absent: the public internet alone */
    str outbound_ca;             /* absent: the certificates the system trusts */
    bool outbound_plain;         /* http:// too */
    opt_i64 webhook_threads, webhook_timeout_seconds,
        webhook_retry_seconds; /* always set once read */
    uint32_t audit_anchor_seconds;
    uint32_t audit_retention; /* days; 0: for ever */
    str audit_syslog_url;     /* absent: nobody is sent the trail */
    bool audit_syslog_plain;
};
DECLARE_SCHEMA(settings);

/* file: absent for the environment alone, which wins over the file. Texts live in a.
 * Errors: INVALID (which key, and why), NOT_FOUND (the file). */
err settings_read(struct arena *a, str file, struct settings *out);
/* "GANTRY_DATA_DIR=./data" a line, secrets masked. */
str settings_text(struct arena *a, const struct settings *s);

#endif
