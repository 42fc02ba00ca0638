/* gantry tasks, schedules: what is done in the background, and when it comes again. */
#include "application/commands/schedules/run_schedule/command.h"
#include "application/commands/schedules/update_schedule/command.h"
#include "application/commands/tasks/cancel_task/command.h"
#include "application/commands/tasks/retry_task/command.h"
#include "application/queries/schedules/list_schedules/query.h"
#include "application/queries/tasks/get_task/query.h"
#include "application/queries/tasks/list_tasks/query.h"
#include "base/arena.h"
#include "base/json.h"
#include "cli/cli.h"

#include <stdio.h>
#include <sysexits.h>

enum { LISTED_COUNT = 200 };

static int complain(const struct scope *scope, err e)
{
    cli_complain(scope, e);
    return e.code == ERR_NOT_FOUND ? EX_NOINPUT : EX_DATAERR;
}

static str time_text(struct arena *a, instant t)
{
    str text = instant_text(a, t);
    return text.ptr == NULL ? STR("-") : str_sub(text, 0, 19);
}

static void print_task(struct arena *a, const struct task_view *view)
{
    const struct task *task = &view->task;
    str words = task->outcome.len != 0      ? task->outcome
                : task->last_error.len != 0 ? task->last_error
                                            : task->stage;
    printf("%.*s  %-20.*s  %-9s  %.*s  ", STR_ARG(uuid_text(a, task->id)), STR_ARG(task->kind),
           task_state_names[task->state], STR_ARG(time_text(a, task->created_at)));
    if (task->progress_total != 0)
        printf("%lld/%lld %.*s  ", (long long)task->progress_done, (long long)task->progress_total,
               STR_ARG(task->progress_unit));
    printf("%.*s\n", STR_ARG(words));
}

/* The newest first. words: state=… and kind=…. */
static err list_tasks(struct scope *scope, int count, char **words)
{
    struct list_tasks query = {.page.page_size = LISTED_COUNT};
    struct list_tasks_result result = {0};
    for (int i = 0; i < count; i++) {
        str word = str_of(words[i]);
        if (str_eq(str_sub(word, 0, 8), STR("--state=")))
            query.state = str_sub(word, 8, word.len);
        else if (str_eq(str_sub(word, 0, 7), STR("--kind=")))
            query.kind = str_sub(word, 7, word.len);
        else
            return ERR(INVALID, "usage: gantry tasks [list [--state=STATE] [--kind=KIND]]");
    }
    TRY(list_tasks_send(scope, &query, &result));
    for (size_t i = 0; i < result.items.len; i++)
        print_task(scope->arena, &result.items.at[i]);
    if (result.page.total > LISTED_COUNT)
        printf("and %lld more\n", (long long)result.page.total - LISTED_COUNT);
    return OK;
}

static err show_task(struct scope *scope, uuid id)
{
    struct get_task_result result = {0};
    struct buf text = BUF_IN(scope->arena);
    TRY(get_task_send(scope, &(struct get_task){id}, &result));
    json_write(&text, &task_view_schema, &result.task, 0);
    printf("%.*s\n", STR_ARG(buf_str(&text)));
    return OK;
}

static err cancel_task(struct scope *scope, uuid id)
{
    struct cancel_task_result result = {0};
    TRY(cancel_task_send(scope, &(struct cancel_task){id}, &result));
    print_task(scope->arena, &result.task);
    return OK;
}

static err retry_task(struct scope *scope, uuid id)
{
    struct retry_task_result result = {0};
    TRY(retry_task_send(scope, &(struct retry_task){id}, &result));
    print_task(scope->arena, &result.task);
    return OK;
}

int cli_tasks(struct app *app, int count, char **arguments)
{
    static const struct {
        const char *name;
        err (*act)(struct scope *scope, uuid id);
    } acts[] = {{"show", show_task}, {"cancel", cancel_task}, {"retry", retry_task}};
    CLEANUP(arena_deinit) struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    uuid id;
    err e = ERR(INVALID, "usage: gantry tasks [list [--state=STATE] [--kind=KIND] | show ID | "
                         "cancel ID | retry ID]");
    if (count == 1 || strcmp(arguments[1], "list") == 0)
        e = list_tasks(&scope, count > 2 ? count - 2 : 0, arguments + 2);
    for (size_t i = 0; count == 3 && i < COUNT_OF(acts); i++)
        if (strcmp(arguments[1], acts[i].name) == 0)
            e = uuid_from_text(str_of(arguments[2]), &id) ? acts[i].act(&scope, id)
                                                          : ERR(INVALID, "that is no identifier");
    return failed(e) ? complain(&scope, e) : EX_OK;
}

static void print_schedule(struct arena *a, const struct schedule *s)
{
    printf("%-24.*s  %-20.*s  %-24.*s  %-20.*s  next %.*s  last %.*s  %.*s\n", STR_ARG(s->name),
           STR_ARG(s->kind), STR_ARG(s->expression), STR_ARG(s->time_zone),
           STR_ARG(s->is_enabled ? time_text(a, s->next_run_at) : STR("off")),
           STR_ARG(time_text(a, s->last_run_at)), STR_ARG(s->last_note));
}

static err run_schedule(struct scope *scope, const struct schedule *s)
{
    struct run_schedule_result result = {0};
    TRY(run_schedule_send(scope, &(struct run_schedule){s->id}, &result));
    print_task(scope->arena, &result.task);
    return OK;
}

static err enable(struct scope *scope, const struct schedule *s, bool is_enabled)
{
    struct update_schedule_result result = {0};
    const struct update_schedule cmd = {.id = s->id, .is_enabled = {true, is_enabled}};
    TRY(update_schedule_send(scope, &cmd, &result));
    print_schedule(scope->arena, &result.schedule);
    return OK;
}

static err act_on_schedule(struct scope *scope, const struct schedule *s, const char *act)
{
    if (strcmp(act, "run") == 0)
        return run_schedule(scope, s);
    if (strcmp(act, "enable") == 0 || strcmp(act, "disable") == 0)
        return enable(scope, s, strcmp(act, "enable") == 0);
    return ERR(INVALID, "usage: gantry schedules [list | run NAME | enable NAME | disable NAME]");
}

int cli_schedules(struct app *app, int count, char **arguments)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &a, &principal);
    struct list_schedules_result all = {0};
    const bool lists = count == 1 || (count == 2 && strcmp(arguments[1], "list") == 0);
    err e = list_schedules_send(
        &scope, &(struct list_schedules){.page.page_size = SCHEDULE_COUNT_MAX}, &all);
    bool is_found = lists || failed(e);
    for (size_t i = 0; !failed(e) && i < all.items.len; i++) {
        const struct schedule *s = &all.items.at[i];
        if (lists)
            print_schedule(&a, s);
        if (count != 3 || !str_eq(s->name, str_of(arguments[2])))
            continue;
        e = act_on_schedule(&scope, s, arguments[1]);
        is_found = true;
    }
    if (!is_found)
        e = ERR(NOT_FOUND, "there is no schedule of that name: gantry schedules lists them");
    return failed(e) ? complain(&scope, e) : EX_OK;
}
