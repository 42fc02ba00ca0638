/* gantry migrate: opens the database and nothing else, and says what it does as it does it. Killed
 * at any time and run again, it goes on where it was. */
#include "base/arena.h"
#include "cli/cli.h"
#include "infrastructure/migrations/migrations.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct migrator {
    struct arena arena;
    struct settings settings;
    struct sqlite_database sqlite;
    struct postgres_database postgres;
};

static err open_engine(struct migrator *m, struct sql_engine **out)
{
    str url = m->settings.database_url;
    if (!str_starts(url, STR("sqlite:"))) {
        *out = &m->postgres.engine;
        return postgres_database_open(&m->postgres, url);
    }
    if (mkdir(str_cstr(&m->arena, m->settings.data_dir), 0700) != 0 && errno != EEXIST)
        return ERR(UNAVAILABLE, "the data folder cannot be made");
    *out = &m->sqlite.engine;
    return sqlite_database_open(&m->sqlite, str_sub(url, 7, url.len));
}

static void print_progress(const struct migration_progress *p)
{
    if (p->is_done)
        printf("step %d: %s: done\n", p->step->number, p->step->name);
    else
        printf("step %d: %s: key %lld of %lld\n", p->step->number, p->step->name, (long long)p->key,
               (long long)p->last_key);
    fflush(stdout);
}

static err migrate(struct migrator *m, int *applied_count)
{
    struct sql_engine *engine;
    TRY(open_engine(m, &engine));
    return sql_migrate_reporting(engine, &m->arena, migrations, migration_count, print_progress,
                                 applied_count);
}

static int exit_code(err e)
{
    switch (e.code) {
    case ERR_OK:
        return EX_OK;
    case ERR_INVALID:
    case ERR_NOT_FOUND: /* the settings */
        return EX_CONFIG;
    case ERR_CONFLICT: /* a newer program's */
        return EX_DATAERR;
    case ERR_SERIALIZATION:
        return EX_TEMPFAIL;
    default:
        return EX_UNAVAILABLE;
    }
}

int cli_migrate(str config_file, int count, char **arguments)
{
    static struct migrator m;
    int applied_count = 0;
    if (count > 1) {
        fprintf(stderr, "gantry: %s is not an option of migrate\n", arguments[1]);
        return EX_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    err e = settings_read(&m.arena, config_file, &m.settings);
    if (!failed(e)) {
        log_configure(m.settings.log_level, LOG_TEXT, STDERR_FILENO);
        e = migrate(&m, &applied_count);
    }
    if (failed(e))
        fprintf(stderr, "gantry: %s\n", e.text);
    else
        printf("the database is up to date, %d %s applied\n", applied_count,
               applied_count == 1 ? "step" : "steps");
    sqlite_database_close(&m.sqlite);
    postgres_database_close(&m.postgres);
    arena_deinit(&m.arena);
    return exit_code(e);
}
