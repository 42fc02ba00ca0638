/* A pool like that of the other tasks, so that these wait for nobody who computes. */
#include "app_webhooks.h"

#include "application/queries/webhooks/count_webhook_deliveries/query.h"
#include "base/arena.h"

#include <unistd.h>

static struct scope make_scope(void *owner, struct arena *a, const struct principal *principal)
{
    return app_scope(owner, a, principal);
}

err app_webhooks_open(struct app *app)
{
    char host[200] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        host[0] = '-';
    return task_pool_open(
        &app->webhook_pool,
        &(struct task_pool_settings){
            .thread_count = (size_t)app->settings.webhook_threads.value,
            .worker = {str_format(&app->arena, "%s:%d:webhooks", host, (int)getpid()),
                       TASK_LEASE_SECONDS, true},
            .make_scope = make_scope,
            .owner = app});
}

void app_webhooks_close(struct app *app)
{
    http_client_curl_stop(&app->http); /* whoever waits for an answer does not any more */
    task_pool_close(&app->webhook_pool);
}

static unsigned long long load(const uint64_t *counter)
{
    return (unsigned long long)__atomic_load_n(counter, __ATOMIC_RELAXED);
}

void app_webhooks_metrics(struct app *app, struct buf *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct principal principal = principal_system(app->organization_key);
    struct scope scope = app_scope(app, &scratch, &principal);
    struct count_webhook_deliveries_result counts;
    const struct webhook_sender_http *s = &app->webhook_sender;
    int64_t now = clock_now(clock_system()).us;
    buf_addf(out,
             "# TYPE gantry_webhook_attempts_total counter\n"
             "gantry_webhook_attempts_total{outcome=\"taken\"} %llu\n"
             "gantry_webhook_attempts_total{outcome=\"refused\"} %llu\n"
             "gantry_webhook_attempts_total{outcome=\"unanswered\"} %llu\n"
             "# TYPE gantry_webhook_attempt_seconds_total counter\n"
             "gantry_webhook_attempt_seconds_total %.3f\n",
             load(&s->taken_count), load(&s->refused_count), load(&s->unanswered_count),
             (double)load(&s->duration_ms) / 1000);
    if (failed(
            count_webhook_deliveries_send(&scope, &(struct count_webhook_deliveries){0}, &counts)))
        return; /* the database is away: /readyz says so */
    buf_addf(out,
             "# TYPE gantry_webhook_deliveries gauge\n"
             "gantry_webhook_deliveries{state=\"pending\"} %lld\n"
             "gantry_webhook_deliveries{state=\"failed\"} %lld\n"
             "# TYPE gantry_webhook_oldest_seconds gauge\ngantry_webhook_oldest_seconds %.3f\n",
             (long long)counts.pending, (long long)counts.failed,
             counts.oldest_at.us != 0 && now > counts.oldest_at.us
                 ? (double)(now - counts.oldest_at.us) / 1e6
                 : 0.0);
}
