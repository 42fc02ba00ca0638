/* The sub-commands of gantry; each returns an exit code of sysexits.h. arguments[0] is the name of
 * the sub-command. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "app.h"

int cli_import(struct app *app, int count, char **arguments);
int cli_demo(struct app *app, int count, char **arguments);
int cli_user(struct app *app, int count, char **arguments);
int cli_organization(struct app *app, int count, char **arguments);
int cli_tasks(struct app *app, int count, char **arguments);
int cli_schedules(struct app *app, int count, char **arguments);
int cli_backup(struct app *app, int count, char **arguments);
/* Opens what it writes to. */
int cli_restore(str config_file, int count, char **arguments);
/* Needs nothing but the folder. */
int cli_verify_backup(str config_file, int count, char **arguments);
int cli_verify(struct app *app, int count, char **arguments);
/* Opens the database alone. */
int cli_migrate(str config_file, int count, char **arguments);
/* Needs no database. */
int cli_openapi(str config_file, int count, char **arguments);
int cli_routes(str config_file, int count, char **arguments);
int cli_conformance(str config_file, int count, char **arguments);
int cli_anonymize(str config_file, int count, char **arguments);

/* On standard error: what is wrong with each field, and why it was refused. */
void cli_complain(const struct scope *scope, err e);

/* Progress of work with a known end: a bar with rate and remaining time on a terminal, a line now
 * and then elsewhere. */
struct progress {
    const char *unit;
    uint64_t total, done, start_ns, shown_ns;
    bool is_terminal;
};
void progress_begin(struct progress *p, const char *unit, uint64_t total);
void progress_step(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

/* What storing many files came to; refused ones are printed with their reason. */
struct import_summary {
    pthread_mutex_t lock;
    uint64_t stored_count, there_count, refused_count, size;
};
void import_summary_begin(struct import_summary *s);
/* Stores one instance and counts its outcome; name is for the reason. */
void import_one(struct app *app, struct import_summary *s, const struct principal *principal,
                str name, struct byte_source *source);
int import_summary_end(struct import_summary *s, uint64_t start_ns);

#endif
