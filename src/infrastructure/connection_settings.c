/* The keys are the members of the schema in capitals behind GANTRY_. */
#include "infrastructure/connection_settings.h"

#include "base/arena.h"
#include "domain/entities/signing_key.h"
#include "infrastructure/audit_retention.h"
#include "infrastructure/backup/backup.h"
#include "infrastructure/outbound_networks.h"
#include "infrastructure/redis/redis_url.h"
#include "infrastructure/smtp/mail_message.h"
#include "infrastructure/smtp/smtp_url.h"
#include "infrastructure/storage_filesystem.h"
#include "infrastructure/syslog/syslog_url.h"
#include "domain/entities/webhook.h"
#include "infrastructure/webhook_sender_http.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTINGS_FILE_SIZE_MAX = 64 * 1024 };

extern char **environ;

static const char *known_database(str url)
{
    return str_starts(url, STR("sqlite:")) || str_starts(url, STR("postgresql://")) ||
                   str_starts(url, STR("postgres://"))
               ? NULL
               : "must begin with sqlite: or postgresql://";
}

static const char *file_or_s3(str url)
{
    return str_starts(url, STR("file:")) || str_starts(url, STR("s3://"))
               ? NULL
               : "must begin with file: or s3://";
}

/* An address that links can be made of by putting a path behind it. */
static const char *public_url_complaint(str url)
{
    size_t scheme = str_starts(url, STR("https://")) ? 8 : 7;
    if (scheme == 7 && !str_starts(url, STR("http://")))
        return "must begin with https:// or http://";
    str rest = str_sub(url, scheme, url.len);
    if (rest.len == 0 || rest.len > SHORT_TEXT_SIZE_MAX || rest.ptr[0] == '/')
        return "needs the name of a host";
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == '\0' || strchr("-._~/:[]", c) == NULL))
            return "is host, port and path, and nothing else";
    }
    return NULL;
}

/* As browsers send them: no path, no "/" at the end. */
static bool is_origin(str text)
{
    str rest = text;
    if (str_starts(text, STR("https://")))
        rest = str_sub(text, 8, text.len);
    else if (str_starts(text, STR("http://")))
        rest = str_sub(text, 7, text.len);
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == '\0' || strchr("-._:[]", c) == NULL))
            return false;
    }
    return rest.len != 0 && rest.len != text.len;
}

static const char *root_complaint(str folder)
{
    return folder.len > 1 && folder.ptr[0] == '/' ? NULL : "must be an absolute path of a folder";
}

static const char *cors_complaint(str origins)
{
    str origin;
    if (str_eq(origins, STR("*")) || str_eq(origins, STR("none")))
        return NULL;
    while (str_cut(&origins, ',', &origin))
        if (!is_origin(str_trim(origin)))
            return "must be *, none, or origins like https://viewer.example separated by commas";
    return NULL;
}

static const char *known_format(str format)
{
    return str_eq(format, STR("text")) || str_eq(format, STR("json")) ? NULL
                                                                      : "must be text or json";
}

SCHEMA(settings, FIELD(settings, data_dir, .doc = "Database, objects, keys"),
       FIELD(settings, database_url, .check = known_database,
             .doc = "sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
       FIELD(settings, storage_url, .check = file_or_s3,
             .doc = "file:FOLDER or s3://BUCKET/PREFIX?endpoint=URL&region=NAME"),
       FIELD(settings, storage_cache_size,
             .doc = "MiB of the local disk for what was read from S3; 0: none"),
       FIELD(settings, s3_access_key_id,
             .doc = "Key for S3; absent: AWS_ACCESS_KEY_ID, else the shared credentials file"),
       FIELD(settings, s3_secret_access_key, .flags = SECRET, .doc = "Goes with the key"),
       FIELD(settings, s3_session_token, .flags = SECRET, .doc = "Of a temporary key"),
       FIELD(settings, http_address, .doc = "Internal API, DICOMweb, documentation, viewer"),
       FIELD(settings, viewer_dir,
             .doc = "Files of the image viewer; beside the program when absent"),
       FIELD(settings, public_http_address, .doc = "Public API"),
       FIELD(settings, worker_http_address,
             .doc = "Health and metrics of gantry-worker; no listener when absent"),
       FIELD(settings, redis_url, .check = redis_url_complaint,
             .doc = "redis://…, unix://… or redis+sentinel://…; in-process when absent"),
       FIELD(settings, admin_email, .doc = "First administrator"),
       FIELD(settings, admin_password, .flags = SECRET,
             .doc = "Generated and printed once when absent"),
       FIELD(settings, secret_key, .flags = SECRET, .min = 32,
             .doc = "Kept in the data folder when absent"),
       FIELD(settings, public_url, .check = public_url_complaint,
             .doc = "How the world reaches us: what links in mails begin with"),
       FIELD(settings, smtp_url, .check = smtp_url_complaint,
             .doc = "smtp[s]://USER:PASSWORD@HOST:PORT; absent: mails are held in the outbox"),
       FIELD(settings, smtp_ca,
             .doc = "Certificates trusted for the mail server; the system's when absent"),
       FIELD(settings, mail_from, .check = mail_address_complaint,
             .doc = "Sender of mails: Name <ADDRESS>"),
       FIELD_ENUM_OF(settings, duplicates, duplicate_policy_names,
                     .doc = "Other content under a stored SOP Instance UID: refuse, keep, replace"),
       FIELD_ENUM_OF(settings, log_level, log_level_names, .doc = "debug, info, warn, error"),
       FIELD(settings, log_format, .check = known_format, .doc = "text or json"),
       FIELD(settings, core_dumps,
             .doc = "Let a crash leave the memory of the process behind, patients and keys in it"),
       FIELD(settings, tls_cert,
             .doc = "Certificate of the HTTP listeners, with its chain, in PEM; absent: no TLS"),
       FIELD(settings, tls_key, .doc = "Key of the certificate, in PEM"),
       FIELD(settings, behind_proxy, .doc = "A proxy in front ends TLS and sets X-Forwarded-For"),
       FIELD(settings, cors_origins, .check = cors_complaint,
             .doc = "Whose pages may ask from elsewhere: *, none, or origins separated by commas"),
       FIELD(settings, keep_preambles,
             .doc = "Keep the first 128 bytes of files as they came; else they become zeros"),
       FIELD(settings, export_root, .check = root_complaint,
             .doc = "Folder below which studies are exported to; absent: to no folder"),
       FIELD(settings, import_root, .check = root_complaint,
             .doc = "Folder below which files are imported from; absent: from no folder"),
       FIELD(settings, drain_seconds, .max = DRAIN_SECONDS_MAX,
             .doc = "Told to stop, serve on for so long while /readyz says draining"),
       FIELD(settings, worker_threads, .min = 1, .max = WORKER_THREADS_MAX,
             .doc = "Tasks that a worker does at once"),
       FIELD(settings, webhook_threads, .min = WEBHOOK_THREADS_MIN, .max = WEBHOOK_THREADS_MAX,
             .doc = "Webhooks that a worker sends to at once"),
       FIELD(settings, webhook_timeout_seconds, .min = 1, .max = WEBHOOK_SECONDS_MAX,
             .doc = "A receiver has so long to answer"),
       FIELD(settings, webhook_retry_seconds, .min = 1, .max = WEBHOOK_SECONDS_MAX,
             .doc = "After a first failure; doubled with each up to an hour"),
       FIELD(settings, study_quiet_seconds, .max = STUDY_QUIET_SECONDS_MAX,
             .doc = "A study has come in when nothing more of it came for so long"),
       FIELD(settings, signing_key_days, .min = 1, .max = SIGNING_KEY_DAYS_MAX,
             .doc = "A new key signs access tokens after so many days"),
       FIELD(settings, backup_folder,
             .doc = "Where the task backup puts backups, and damaged objects are brought back from"),
       FIELD(settings, storage_reserve, .min = 1, .max = STORAGE_RESERVE_MIB_MAX,
             .doc = "MiB that stay free in a folder of objects: below, nothing new is taken"),
       FIELD(settings, storage_warning, .max = STORAGE_RESERVE_MIB_MAX,
             .doc = "MiB above the reserve: when no more are free, administrators are told"),
       FIELD(settings, backup_keep, .max = BACKUP_KEEP_COUNT_MAX,
             .doc = "Backups that stay in that folder; 0: all"),
       FIELD(settings, outbound_allow, .check = outbound_networks_complaint,
             .doc = "Networks and hosts inside that requests for webhooks and providers may reach"),
       FIELD(settings, outbound_ca,
             .doc = "Certificates trusted for such requests; the system's when absent"),
       FIELD(settings, outbound_plain, .doc = "Such requests may go by http:// too"),
       FIELD(settings, audit_anchor_seconds, .min = 1, .max = AUDIT_ANCHOR_SECONDS_MAX,
             .doc = "Seconds between anchors of an audit trail that grows"),
       FIELD(settings, audit_retention,
             .doc = "Days that audit events are kept, 30 or more; 0: for ever"),
       FIELD(settings, audit_syslog_url, .check = syslog_url_complaint,
             .doc = "Where the audit trail is sent: tls://HOST:6514?ca=FILE, tcp://, udp://"),
       FIELD(settings, audit_syslog_plain,
             .doc = "Send it to another machine by tcp:// or udp:// too, in the clear"));

/* "GANTRY_DATA_DIR" to "data_dir"; absent when it is none of ours. */
static str member_name(struct arena *a, str key)
{
    return str_starts(key, STR("GANTRY_")) ? str_lower(a, str_sub(key, 7, key.len)) : STR_NONE;
}

static err set(struct arena *a, struct settings *s, str key, str value)
{
    void *object = s;
    struct issues issues = {.arena = a};
    const struct field *f = schema_find(&settings_schema, member_name(a, key), &object);
    if (f == NULL)
        return ERRF(a, INVALID, "%.*s is not a setting", STR_ARG(key));
    field_read_text(f, a, value, s, &issues);
    if (issues.list.len != 0)
        return ERRF(a, INVALID, "%.*s %.*s", STR_ARG(key), STR_ARG(issues.list.at[0].text));
    return OK;
}

static err read_file(struct arena *a, str path, struct settings *s)
{
    int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERRF(a, NOT_FOUND, "cannot read %.*s", STR_ARG(path));
    char *bytes = arena_alloc(a, SETTINGS_FILE_SIZE_MAX, 1);
    ssize_t size = read(fd, bytes, SETTINGS_FILE_SIZE_MAX);
    close(fd);
    str rest = {bytes, size > 0 ? (size_t)size : 0}, line;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        size_t equals = str_find_char(line, '=');
        if (equals == SIZE_MAX)
            return ERRF(a, INVALID, "a line of %.*s is not KEY=value", STR_ARG(path));
        TRY(set(a, s, str_trim(str_sub(line, 0, equals)),
                str_trim(str_sub(line, equals + 1, line.len))));
    }
    return OK;
}

static err read_environment(struct arena *a, struct settings *s)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        str text = str_of(*entry);
        size_t equals = str_find_char(text, '=');
        if (equals == SIZE_MAX || !str_starts(text, STR("GANTRY_")))
            continue;
        str value = str_sub(text, equals + 1, text.len);
        if (value.len != 0)
            TRY(set(a, s, str_sub(text, 0, equals), str_copy(a, value)));
    }
    return OK;
}

static void add_key(struct buf *out, const char *member)
{
    buf_add(out, STR("GANTRY_"));
    for (const char *p = member; *p != '\0'; p++)
        buf_add_char(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
}

static bool is_loopback(str address)
{
    return str_starts(address, STR("127.")) || str_starts(address, STR("[::1]")) ||
           str_starts(address, STR("localhost:"));
}

static err check(struct arena *a, const struct settings *s)
{
    static const char *const known_defaults[] = {"changeme", "secret", "password", "changethis",
                                                 "admin"};
    struct issues issues = {.arena = a};
    schema_validate(&settings_schema, s, &issues);
    for (size_t i = 0; i < COUNT_OF(known_defaults); i++)
        if (str_starts_nocase(s->secret_key, str_of(known_defaults[i])) ||
            str_eq_nocase(s->admin_password, str_of(known_defaults[i])))
            return ERR(INVALID,
                       "GANTRY_SECRET_KEY and GANTRY_ADMIN_PASSWORD must not be a known default");
    if (issues.list.len != 0) {
        struct buf key = BUF_IN(a);
        add_key(&key, str_cstr(a, issues.list.at[0].field));
        return ERRF(a, INVALID, "%.*s %.*s", STR_ARG(buf_str(&key)),
                    STR_ARG(issues.list.at[0].text));
    }
    if (s->smtp_url.ptr != NULL && s->mail_from.ptr == NULL)
        return ERR(INVALID, "GANTRY_SMTP_URL needs GANTRY_MAIL_FROM, the sender of mails");
    if (s->audit_retention != 0 && (s->audit_retention < AUDIT_RETENTION_DAYS_MIN ||
                                    s->audit_retention > AUDIT_RETENTION_DAYS_MAX))
        return ERR(INVALID, "GANTRY_AUDIT_RETENTION must be 0, or from 30 to 36525 days");
    if (s->audit_syslog_url.ptr != NULL && !s->audit_syslog_plain &&
        !syslog_url_is_private(s->audit_syslog_url))
        return ERR(INVALID, "GANTRY_AUDIT_SYSLOG_URL sends the audit trail to another machine in "
                            "the clear: use tls://, or set GANTRY_AUDIT_SYSLOG_PLAIN=1");
    bool all_loopback = is_loopback(s->http_address) && is_loopback(s->public_http_address) &&
                        (s->worker_http_address.ptr == NULL || is_loopback(s->worker_http_address));
    if ((s->tls_cert.ptr == NULL) != (s->tls_key.ptr == NULL))
        return ERR(INVALID, "GANTRY_TLS_CERT and GANTRY_TLS_KEY go together");
    if (!all_loopback && !s->behind_proxy && s->tls_cert.ptr == NULL)
        return ERR(INVALID,
                   "an address other people can reach needs TLS: give GANTRY_TLS_CERT and "
                   "GANTRY_TLS_KEY, or put a proxy in front and set GANTRY_BEHIND_PROXY=1");
    return OK;
}

/* Where the build leaves the viewer, or an installation has it: PREFIX/viewer or
 * PREFIX/share/gantry/viewer of PREFIX/bin/gantry. */
static str default_viewer_dir(struct arena *a)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    str prefix = {path, size > 0 && (size_t)size < sizeof path ? (size_t)size : 0};
    for (int i = 0; i < 2; i++) {
        while (prefix.len != 0 && prefix.ptr[prefix.len - 1] != '/')
            prefix.len--;
        prefix.len -= prefix.len != 0;
    }
    str beside = str_format(a, "%.*s/viewer", STR_ARG(prefix));
    str installed = str_format(a, "%.*s/share/gantry/viewer", STR_ARG(prefix));
    return access(str_cstr(a, installed), F_OK) == 0 ? installed : beside;
}

err settings_read(struct arena *a, str file, struct settings *out)
{
    *out = (struct settings){.data_dir = STR("./data"),
                             .http_address = STR("127.0.0.1:8080"),
                             .public_http_address = STR("127.0.0.1:8081"),
                             .admin_email = STR("admin@localhost"),
                             .storage_cache_size = 10240,
                             .storage_reserve = STORAGE_RESERVE_MIB,
                             .storage_warning = STORAGE_WARNING_MIB,
                             .backup_keep = BACKUP_KEEP_COUNT,
                             .audit_anchor_seconds = AUDIT_ANCHOR_SECONDS,
                             .log_level = LOG_INFO};
    if (file.ptr != NULL)
        TRY(read_file(a, file, out));
    TRY(read_environment(a, out));
    if (out->database_url.ptr == NULL)
        out->database_url = str_format(a, "sqlite:%.*s/gantry.db", STR_ARG(out->data_dir));
    if (out->storage_url.ptr == NULL)
        out->storage_url = str_format(a, "file:%.*s/storage", STR_ARG(out->data_dir));
    while (str_ends(out->public_url, STR("/")))
        out->public_url.len--;
    if (out->viewer_dir.ptr == NULL)
        out->viewer_dir = default_viewer_dir(a);
    if (!out->drain_seconds.is_set)
        out->drain_seconds = (opt_i64){true, out->behind_proxy ? DRAIN_SECONDS_BEHIND_PROXY : 0};
    if (!out->worker_threads.is_set)
        out->worker_threads = (opt_i64){true, WORKER_THREADS};
    if (!out->webhook_threads.is_set)
        out->webhook_threads = (opt_i64){true, WEBHOOK_THREADS};
    if (!out->webhook_timeout_seconds.is_set)
        out->webhook_timeout_seconds = (opt_i64){true, WEBHOOK_TIMEOUT_SECONDS};
    if (!out->webhook_retry_seconds.is_set)
        out->webhook_retry_seconds = (opt_i64){true, WEBHOOK_PAUSE_SECONDS_MIN};
    if (!out->study_quiet_seconds.is_set)
        out->study_quiet_seconds = (opt_i64){true, STUDY_QUIET_SECONDS};
    if (!out->signing_key_days.is_set)
        out->signing_key_days = (opt_i64){true, SIGNING_KEY_DAYS};
    return check(a, out);
}

/* "scheme://user:secret@host" without the secret. */
static str without_password(struct arena *a, str value)
{
    size_t scheme = str_find(value, STR("://")), end = value.len;
    while (end != 0 && value.ptr[end - 1] != '@')
        end--;
    if (scheme == SIZE_MAX || end < scheme + 3)
        return value;
    str user = str_sub(value, scheme + 3, end - 1);
    user = str_sub(user, 0, str_find_char(user, ':'));
    return str_format(a, "%.*s%.*s:***@%.*s", STR_ARG(str_sub(value, 0, scheme + 3)), STR_ARG(user),
                      STR_ARG(str_sub(value, end, value.len)));
}

str settings_text(struct arena *a, const struct settings *s)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < settings_schema.field_count; i++) {
        const struct field *f = &settings_schema.fields[i];
        str value = without_password(a, field_text(f, a, s));
        add_key(&out, f->name);
        buf_addf(&out, "=%.*s\n",
                 STR_ARG((f->flags & SECRET) != 0 && value.len != 0 ? STR("***") : value));
    }
    return buf_str(&out);
}
