/* gantry: the internal API and, unless told otherwise, everything else in one process; and the
 * command line. */
#include "base/arena.h"
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

struct sub_command {
    const char *name, *usage, *doc;
    int (*run)(struct app *app, int count, char **arguments);
    int (*run_alone)(str config_file, int count, char **arguments); /* opens nothing, or itself */
};

static bool read_roles(str list, unsigned *out)
{
    static const struct {
        const char *name;
        unsigned role;
    } roles[] = {{"internal", ROLE_INTERNAL}, {"public", ROLE_PUBLIC}, {"worker", ROLE_WORKER}};
    str part;
    *out = 0;
    while (str_cut(&list, ',', &part)) {
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(roles); i++)
            if (str_eq(part, str_of(roles[i].name))) {
                *out |= roles[i].role;
                known = true;
            }
        if (!known)
            return false;
    }
    return *out != 0;
}

static int serve(str config_file, int count, char **arguments)
{
    unsigned roles = ROLE_INTERNAL | ROLE_PUBLIC | ROLE_WORKER;
    for (int i = 1; i < count; i++) {
        str argument = str_of(arguments[i]);
        if (!str_starts(argument, STR("--roles=")) ||
            !read_roles(str_sub(argument, 8, argument.len), &roles)) {
            fprintf(stderr, "gantry: %s is not a role or option of serve\n", arguments[i]);
            return EX_USAGE;
        }
    }
    return app_main(config_file, roles);
}

static int print_config(str config_file, int count, char **arguments)
{
    struct arena a = {0};
    struct settings settings;
    (void)count;
    (void)arguments;
    err e = settings_read(&a, config_file, &settings);
    if (failed(e))
        fprintf(stderr, "gantry: %s\n", e.text);
    else
        printf("%.*s", STR_ARG(settings_text(&a, &settings)));
    arena_deinit(&a);
    return failed(e) ? EX_CONFIG : EX_OK;
}

static int print_version(str config_file, int count, char **arguments)
{
    (void)config_file;
    (void)count;
    (void)arguments;
    return printf("gantry %s\n", GANTRY_VERSION) < 0;
}

static const struct sub_command sub_commands[] = {
    {"serve", "serve [--roles=internal,public,worker]",
     "Start the server (this is what happens without a command)", .run_alone = serve},
    {"import", "import PATH…", "Store files, folders and zip archives", .run = cli_import},
    {"anonymize", "anonymize IN OUT_FOLDER [OPTION…]",
     "Write files without who they are of (docs/DEIDENTIFICATION.md)", .run_alone = cli_anonymize},
    {"demo", "demo", "Store synthetic studies to look at", .run = cli_demo},
    {"user", "user create EMAIL NAME [ROLE]",
     "Make a user; the password is read from standard input", .run = cli_user},
    {"organization", "organization create NAME ADMIN-EMAIL | quota NAME BYTES",
     "Make an organization and its administrator, whose password is read from standard input; or "
     "say how much one may store (0: no limit)",
     .run = cli_organization},
    {"tasks", "tasks [list | show ID | cancel ID | retry ID]",
     "What is done in the background: list it (--state=failed, --kind=…), look at one, end it, try "
     "it again",
     .run = cli_tasks},
    {"schedules", "schedules [list | run NAME | enable NAME | disable NAME]",
     "What comes again, and when", .run = cli_schedules},
    {"backup", "backup [FOLDER] [--keep=N] [--full]",
     "Back up everything while it is served: database, secrets, and the objects that the folder "
     "does not have yet; --full reads those too",
     .run = cli_backup},
    {"restore", "restore FOLDER [BACKUP]",
     "Put a backup, the newest or the one that is named, into an installation that has nothing",
     .run_alone = cli_restore},
    {"verify", "verify [--audit] [--anchors=FILE] [--key=KEY]",
     "Check every stored object against its row, and the audit trail, by hash; with --audit the "
     "trail alone",
     .run = cli_verify},
    {"verify-backup", "verify-backup FOLDER [BACKUP]",
     "Check every file and object of a backup, the newest or the one that is named, by hash",
     .run_alone = cli_verify_backup},
    {"migrate", "migrate", "Bring the database to this program's schema", .run_alone = cli_migrate},
    {"openapi", "openapi [--public]", "Print the OpenAPI document, of the public API if asked for",
     .run_alone = cli_openapi},
    {"routes", "routes", "Print every address of the internal API and the permission it needs",
     .run_alone = cli_routes},
    {"conformance", "conformance", "Print the DICOM conformance statement, as Markdown",
     .run_alone = cli_conformance},
    {"config", "config", "Print the settings in force, secrets masked", .run_alone = print_config},
    {"version", "version", "Print the version", .run_alone = print_version},
};

/* Words in lines of a terminal, indented. */
static void print_wrapped(FILE *to, const char *text)
{
    enum { INDENT = 6, WIDTH = 80 };
    size_t column = 0;
    for (str rest = str_of(text), word; str_cut(&rest, ' ', &word);) {
        bool is_first = column == 0, fits = column + 1 + word.len <= WIDTH;
        fprintf(to, "%s%.*s", is_first ? "      " : fits ? " " : "\n      ", STR_ARG(word));
        column = is_first || !fits ? INDENT + word.len : column + 1 + word.len;
    }
    fputc('\n', to);
}

static int usage(FILE *to)
{
    fprintf(to, "gantry %s\n\nusage: gantry [--config FILE] COMMAND\n\n", GANTRY_VERSION);
    for (size_t i = 0; i < COUNT_OF(sub_commands); i++) {
        fprintf(to, "  %s\n", sub_commands[i].usage);
        print_wrapped(to, sub_commands[i].doc);
    }
    fprintf(to, "\nSettings come from the environment (GANTRY_…) or from the file; `gantry config` "
                "prints them.\n");
    return to == stdout ? EX_OK : EX_USAGE;
}

static int run(const struct sub_command *c, str config_file, int count, char **arguments)
{
    static struct app app;
    signal(SIGPIPE, SIG_IGN);
    err e = app_open(&app, config_file, 0);
    if (failed(e)) {
        fprintf(stderr, "gantry: %s\n", e.text);
        app_close(&app);
        return e.code == ERR_INVALID ? EX_CONFIG : EX_UNAVAILABLE;
    }
    if (app.new_password.ptr != NULL)
        printf("Administrator %.*s, password %.*s (shown this once)\n",
               STR_ARG(app.settings.admin_email), STR_ARG(app.new_password));
    int code = c->run(&app, count, arguments);
    app_close(&app);
    return code;
}

static const struct sub_command *find_command(str name)
{
    for (size_t i = 0; i < COUNT_OF(sub_commands); i++)
        if (str_eq(name, str_of(sub_commands[i].name)))
            return &sub_commands[i];
    return NULL;
}

int main(int count, char **arguments)
{
    str config_file = STR_NONE;
    int at = 1;
    if (count >= 3 && strcmp(arguments[1], "--config") == 0) {
        config_file = str_of(arguments[2]);
        at = 3;
    }
    str name = at < count ? str_of(arguments[at]) : STR("serve");
    if (str_eq(name, STR("--help")) || str_eq(name, STR("help")))
        return usage(stdout);
    const struct sub_command *c =
        find_command(str_eq(name, STR("--version")) ? STR("version") : name);
    if (c == NULL)
        return usage(stderr);
    if (at + 1 < count && strcmp(arguments[at + 1], "--help") == 0)
        return printf("usage: gantry %s\n%s\n", c->usage, c->doc) < 0;
    return c->run_alone != NULL ? c->run_alone(config_file, count - at, arguments + at)
                                : run(c, config_file, count - at, arguments + at);
}
