/* gantry backup, restore, verify-backup: see docs/BACKUP.md. */
#include "base/arena.h"
#include "cli/cli.h"
#include "infrastructure/backup/backup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* A bar for each stage; ended by a signal. */
struct watcher {
    struct backup_observer base;
    struct progress progress;
    const char *stage;
};

static volatile sig_atomic_t was_told_to_end;

static void note_signal(int number)
{
    (void)number;
    was_told_to_end = 1;
}

static void show(struct backup_observer *base, const char *stage, int64_t done, int64_t total,
                 const char *unit)
{
    struct watcher *w = container_of(base, struct watcher, base);
    if (w->stage != stage) {
        if (w->stage != NULL)
            progress_end(&w->progress);
        progress_begin(&w->progress, unit, (uint64_t)total);
        fprintf(stderr, "%s\n", stage);
        w->stage = stage;
    }
    w->progress.total = (uint64_t)total;
    progress_step(&w->progress, (uint64_t)done);
}

static err go_on(struct backup_observer *base)
{
    (void)base;
    return was_told_to_end == 0 ? OK : ERR(GONE, "it was told to end");
}

static void watch(struct watcher *w)
{
    *w = (struct watcher){.base = {show, go_on}};
    signal(SIGINT, note_signal);
    signal(SIGTERM, note_signal);
}

static void watch_end(struct watcher *w)
{
    if (w->stage != NULL)
        progress_end(&w->progress);
}

static int exit_code(err e)
{
    switch (e.code) {
    case ERR_OK:
        return EX_OK;
    case ERR_NOT_FOUND:
        return EX_NOINPUT;
    case ERR_INVALID:
        return EX_DATAERR;
    case ERR_CONFLICT:
    case ERR_GONE:
        return EX_TEMPFAIL;
    case ERR_NO_SPACE:
        return EX_CANTCREAT;
    default:
        return EX_UNAVAILABLE;
    }
}

static int tell(err e)
{
    if (failed(e))
        fprintf(stderr, "gantry: %s\n", e.text);
    return exit_code(e);
}

static int usage(const char *text)
{
    fprintf(stderr, "usage: gantry %s\n", text);
    return EX_USAGE;
}

static bool take_argument(struct backup_settings *s, str argument)
{
    if (str_starts(argument, STR("--to="))) {
        s->folder = str_sub(argument, 5, argument.len);
    } else if (str_eq(argument, STR("--full"))) {
        s->reads_all = true;
    } else if (str_starts(argument, STR("--keep="))) {
        return str_to_i64(str_sub(argument, 7, argument.len), &s->keep_count) &&
               s->keep_count >= 0 && s->keep_count <= BACKUP_KEEP_COUNT_MAX;
    } else if (str_starts(argument, STR("--"))) {
        return false;
    } else {
        s->folder = argument;
    }
    return s->folder.len != 0;
}

/* A folder that is named is kept as it is, unless told otherwise. */
int cli_backup(struct app *app, int count, char **arguments)
{
    struct backup_settings settings = app_backup_settings(app);
    struct backup_report report;
    struct watcher w;
    if (count > 1)
        settings.keep_count = 0;
    for (int i = 1; i < count; i++)
        if (!take_argument(&settings, str_of(arguments[i])))
            return usage("backup [FOLDER] [--keep=N] [--full]");
    if (settings.folder.ptr == NULL)
        return usage("backup FOLDER [--keep=N] [--full], or set GANTRY_BACKUP_FOLDER");
    if (app->storage == &app->s3.base)
        storage_s3_bypass_cache(&app->s3);
    watch(&w);
    err e = backup_make(&settings, &app->arena, &w.base, &report);
    watch_end(&w);
    if (failed(e))
        return tell(e);
    printf("%.*s: %lld objects, %lld bytes; %lld of them new, %lld bytes\n", STR_ARG(report.id),
           (long long)report.object_count, (long long)report.object_size,
           (long long)report.copied_count, (long long)report.copied_size);
    if (report.removed_count != 0)
        printf("%lld older ones were removed\n", (long long)report.removed_count);
    if (report.damaged_count == 0)
        return EX_OK;
    printf("%lld objects are damaged or missing in the installation, and not in this backup: run "
           "gantry verify\n",
           (long long)report.damaged_count);
    return EX_DATAERR;
}

/* ---- restore ---- */

struct restorer {
    struct arena arena;
    struct settings settings;
    struct storage_filesystem filesystem;
    struct storage_s3 s3;
    struct token_jws tokens;
    struct backup_target target;
};

static err open_storage(struct restorer *r)
{
    const struct settings *s = &r->settings;
    if (!str_starts(s->storage_url, STR("s3:"))) {
        r->target.storage = &r->filesystem.base;
        return storage_filesystem_open(&r->filesystem,
                                       str_sub(s->storage_url, 5, s->storage_url.len));
    }
    r->target.storage = &r->s3.base;
    return storage_s3_open(
        &r->s3, &r->arena,
        &(struct storage_s3_settings){
            .url = s->storage_url,
            .data_dir = s->data_dir,
            .credentials = {s->s3_access_key_id, s->s3_secret_access_key, s->s3_session_token},
            .cache_size = 0,
            .clock = clock_system()});
}

static err open_target(struct restorer *r)
{
    const struct settings *s = &r->settings;
    if (mkdir(str_cstr(&r->arena, s->data_dir), 0700) != 0 && errno != EEXIST)
        return ERR(UNAVAILABLE, "the data folder cannot be made");
    r->target.data_dir = s->data_dir;
    r->target.database_url = s->database_url;
    r->target.has_secret = s->secret_key.ptr != NULL;
    if (r->target.has_secret) {
        TRY(token_jws_open(&r->tokens, s->data_dir, s->secret_key));
        r->target.secret_fingerprint = token_jws_fingerprint(&r->tokens);
    }
    return open_storage(r);
}

int cli_restore(str config_file, int count, char **arguments)
{
    static struct restorer r;
    struct backup_report report;
    struct watcher w;
    if (count < 2 || count > 3 || arguments[1][0] == '-')
        return usage("restore FOLDER [BACKUP]");
    signal(SIGPIPE, SIG_IGN);
    r.target.folder = str_of(arguments[1]);
    r.target.id = count == 3 ? str_of(arguments[2]) : STR_NONE;
    err e = settings_read(&r.arena, config_file, &r.settings);
    if (!failed(e)) {
        log_configure(r.settings.log_level, LOG_TEXT, STDERR_FILENO);
        e = open_target(&r);
    }
    watch(&w);
    if (!failed(e))
        e = backup_restore(&r.target, &r.arena, &w.base, &report);
    watch_end(&w);
    if (!failed(e))
        printf("%.*s is restored: %lld objects, %lld bytes\n", STR_ARG(report.id),
               (long long)report.copied_count, (long long)report.copied_size);
    if (!failed(e) && report.damaged_count != 0)
        printf("%lld objects were lost before it was made\n", (long long)report.damaged_count);
    int code = tell(e);
    storage_filesystem_close(&r.filesystem);
    storage_s3_close(&r.s3);
    token_jws_close(&r.tokens);
    arena_deinit(&r.arena);
    return code;
}

/* ---- verify-backup ---- */

static void print_flaw(struct backup_flaws *f, const char *what, str name)
{
    (void)f;
    printf("%s: %.*s\n", what, STR_ARG(name));
}

int cli_verify_backup(str config_file, int count, char **arguments)
{
    struct arena a = {0};
    struct backup_flaws flaws = {print_flaw};
    struct backup_verification result = {0};
    struct watcher w;
    (void)config_file;
    if (count < 2 || count > 3 || arguments[1][0] == '-')
        return usage("verify-backup FOLDER [BACKUP]");
    log_configure(LOG_WARN, LOG_TEXT, STDERR_FILENO);
    watch(&w);
    err e = backup_verify(str_of(arguments[1]), count == 3 ? str_of(arguments[2]) : STR_NONE, &a,
                          &w.base, &flaws, &result);
    watch_end(&w);
    if (!failed(e))
        printf("%.*s: %lld files and %lld objects, %lld problems\n", STR_ARG(result.id),
               (long long)result.file_count, (long long)result.object_count,
               (long long)result.flaw_count);
    int code = tell(e);
    arena_deinit(&a);
    return code == EX_OK && result.flaw_count != 0 ? EX_DATAERR : code;
}
