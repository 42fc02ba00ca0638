/* gantry user create, organization create, openapi, routes. */
#include "application/commands/organizations/create_organization/command.h"
#include "application/commands/organizations/set_quota/command.h"
#include "application/commands/users/create_user/command.h"
#include "base/arena.h"
#include "cli/cli.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/public_routers/routers.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static int read_password(struct arena *a, str *out)
{
    char line[PASSWORD_SIZE_MAX + 2];
    if (isatty(STDIN_FILENO) == 1)
        fprintf(stderr, "Password (at least %d characters): ", PASSWORD_LENGTH_MIN);
    if (fgets(line, sizeof line, stdin) == NULL) {
        fprintf(stderr, "gantry: a password is expected on standard input\n");
        return EX_NOINPUT;
    }
    *out = str_copy(a, str_trim(str_of(line)));
    return EX_OK;
}

void cli_complain(const struct scope *scope, err e)
{
    for (size_t i = 0; i < scope->issues.list.len; i++)
        fprintf(stderr, "gantry: %.*s %.*s\n", STR_ARG(scope->issues.list.at[i].field),
                STR_ARG(scope->issues.list.at[i].text));
    fprintf(stderr, "gantry: %s\n", e.text);
}

static int complain(const struct scope *scope, err e)
{
    cli_complain(scope, e);
    return EX_DATAERR;
}

int cli_user(struct app *app, int count, char **arguments)
{
    struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    struct create_user cmd = {.role = STR("viewer")};
    struct create_user_result result;
    if (count >= 5)
        cmd.role = str_of(arguments[4]);
    if (count < 4 || strcmp(arguments[1], "create") != 0 || role_name_complaint(cmd.role) != NULL) {
        fprintf(stderr, "usage: gantry user create EMAIL NAME [ROLE]   (the password is read from "
                        "standard input)\n");
        return EX_USAGE;
    }
    cmd.email = str_of(arguments[2]);
    cmd.name = str_of(arguments[3]);
    int code = read_password(&a, &cmd.password);
    if (code == EX_OK) {
        err e = create_user_send(&scope, &cmd, &result);
        if (failed(e))
            code = complain(&scope, e);
        else
            printf("%.*s is %s\n", STR_ARG(result.view.user.email),
                   role_names[result.view.user.role]);
    }
    arena_deinit(&a);
    return code;
}

static int set_quota(struct app *app, str name, str size)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    struct set_quota cmd = {.name = name};
    struct set_quota_result result;
    if (!str_to_i64(size, &cmd.quota_size)) {
        fprintf(stderr, "usage: gantry organization quota NAME BYTES   (0: none)\n");
        return EX_USAGE;
    }
    err e = set_quota_send(&scope, &cmd, &result);
    if (failed(e))
        return complain(&scope, e);
    printf("%.*s: %lld of %lld bytes\n", STR_ARG(name), (long long)result.used_size,
           (long long)cmd.quota_size);
    return EX_OK;
}

int cli_organization(struct app *app, int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "quota") == 0)
        return set_quota(app, str_of(arguments[2]), str_of(arguments[3]));
    struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    struct create_organization cmd = {0};
    struct create_organization_result result;
    if (count < 4 || strcmp(arguments[1], "create") != 0) {
        fprintf(stderr, "usage: gantry organization create NAME ADMIN-EMAIL   (the administrator's "
                        "password is read from standard input)\n");
        return EX_USAGE;
    }
    cmd.name = str_of(arguments[2]);
    cmd.admin_email = str_of(arguments[3]);
    int code = read_password(&a, &cmd.admin_password);
    if (code == EX_OK) {
        err e = create_organization_send(&scope, &cmd, &result);
        if (failed(e))
            code = complain(&scope, e);
        else
            printf("organization %.*s, administrator %.*s\n", STR_ARG(result.organization.name),
                   STR_ARG(cmd.admin_email));
    }
    arena_deinit(&a);
    return code;
}

int cli_openapi(str config_file, int count, char **arguments)
{
    static struct web_app w;
    bool is_public = count == 2 && strcmp(arguments[1], "--public") == 0;
    (void)config_file;
    if (count > 1 && !is_public) {
        fprintf(stderr, "usage: gantry openapi [--public]\n");
        return EX_USAGE;
    }
    if (failed(is_public ? public_web_app_open(&w) : internal_web_app_open(&w)))
        return EX_SOFTWARE;
    printf("%.*s\n", STR_ARG(w.openapi));
    web_app_close(&w);
    return EX_OK;
}

/* Also those that the documentation leaves out. */
int cli_routes(str config_file, int count, char **arguments)
{
    static struct web_app w;
    (void)config_file;
    (void)count;
    (void)arguments;
    if (failed(internal_web_app_open(&w)))
        return EX_SOFTWARE;
    for (size_t i = 0; i < w.route_count; i++) {
        const struct route *route = w.routes[i].route;
        printf("%s\t%s%s\t%s\t%s\n", route->method, w.routes[i].prefix, route->path,
               permission_names[w.routes[i].needs], route->takes_cookie ? "cookie" : "-");
    }
    web_app_close(&w);
    return EX_OK;
}
