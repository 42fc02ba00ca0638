/* A pool, and what wakes it. */
#include "app_tasks.h"

#include "application/events/task_queued.h"
#include "application/queries/tasks/count_tasks/query.h"
#include "base/arena.h"

#include <unistd.h>

static struct scope make_scope(void *owner, struct arena *a, const struct principal *principal)
{
    return app_scope(owner, a, principal);
}

static void wake(struct message_listener *l, str payload)
{
    (void)payload;
    struct app *app = container_of(l, struct app, task_listener);
    task_pool_wake(&app->task_pool);
    task_pool_wake(&app->webhook_pool);
}

err app_tasks_open(struct app *app)
{
    char host[200] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        host[0] = '-';
    TRY(task_pool_open(&app->task_pool,
                       &(struct task_pool_settings){
                           .thread_count = (size_t)app->settings.worker_threads.value,
                           .worker = {str_format(&app->arena, "%s:%d", host, (int)getpid()),
                                      TASK_LEASE_SECONDS, false},
                           .make_scope = make_scope,
                           .owner = app}));
    app->task_listener.heard = wake;
    return message_bus_subscribe(app->services.bus, STR(TASK_CHANNEL), &app->task_listener);
}

void app_tasks_close(struct app *app)
{
    message_bus_unsubscribe(app->services.bus, &app->task_listener);
    task_pool_close(&app->task_pool);
}

void app_tasks_metrics(struct app *app, struct buf *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct count_tasks_result counts;
    int64_t now = clock_now(clock_system()).us;
    if (failed(count_tasks_send(&scope, &(struct count_tasks){0}, &counts)))
        return; /* the database is away: /readyz says so */
    buf_add(out, STR("# TYPE gantry_tasks gauge\n# TYPE gantry_tasks_oldest_seconds gauge\n"));
    for (size_t i = 0; i < counts.items.len; i++) {
        const struct task_count *c = &counts.items.at[i];
        buf_addf(out, "gantry_tasks{kind=\"%.*s\",state=\"%s\"} %lld\n", STR_ARG(c->kind),
                 task_state_names[c->state], (long long)c->count);
        buf_addf(out, "gantry_tasks_oldest_seconds{kind=\"%.*s\",state=\"%s\"} %.3f\n",
                 STR_ARG(c->kind), task_state_names[c->state],
                 now > c->oldest_at.us ? (double)(now - c->oldest_at.us) / 1e6 : 0.0);
    }
}
