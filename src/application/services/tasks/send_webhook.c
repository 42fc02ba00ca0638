/* Each delivery in two commands, with its receiver in between. */
#include "application/services/tasks/send_webhook.h"

#include "application/commands/webhooks/begin_webhook_attempt/command.h"
#include "application/commands/webhooks/end_webhook_attempt/command.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"
#include "base/log.h"

SCHEMA(send_webhook_parameters, FIELD(send_webhook_parameters, webhook_id));

static bool goes_on(void *owner)
{
    return !failed(task_run_check(owner));
}

static err send_one(struct task_run *run, struct scope *scope,
                    const struct begin_webhook_attempt_result *begun, bool *is_slow)
{
    struct webhook_request request = {.url = begun->url,
                                      .id = uuid_text(scope->arena, begun->delivery.id),
                                      .timestamp = begun->delivery.last_attempt_at.us / 1000000,
                                      .body = begun->delivery.payload,
                                      .secrets = {begun->secret, begun->former_secret},
                                      .secret_count = begun->former_secret.ptr != NULL ? 2 : 1,
                                      .goes_on = goes_on,
                                      .owner = run};
    struct webhook_response response = {0};
    struct end_webhook_attempt_result ended;
    webhook_send(scope->services->webhooks, scope->arena, &request, &response);
    if (response.is_stopped)
        return task_run_check(run);
    const struct end_webhook_attempt cmd = {.task_key = run->task.key,
                                            .fence = run->task.fence,
                                            .webhook_key = begun->delivery.webhook_key,
                                            .delivery_key = begun->delivery.key,
                                            .status = response.status,
                                            .duration_ms = response.duration_ms,
                                            .retry_after_seconds = response.retry_after_seconds,
                                            .words = response.words};
    TRY(end_webhook_attempt_send(scope, &cmd, &ended));
    log_event(response.words.ptr != NULL ? LOG_WARN : LOG_DEBUG, "webhook",
              "delivery=%.*s status=%lld duration_ms=%lld attempt=%lld", STR_ARG(request.id),
              (long long)response.status, (long long)response.duration_ms,
              (long long)begun->delivery.attempt_count);
    *is_slow = ended.is_slow;
    return OK;
}

/* After one that took long others have their turn: it goes on as one of the slow ones. */
static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    const struct send_webhook_parameters *p = parameters;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    bool is_slow = false;
    for (int64_t count = 0;; count++) {
        struct scope scope = *run->scope;
        struct begin_webhook_attempt_result begun = {0};
        scope.arena = scope.issues.arena = &scratch;
        TRY(task_run_check(run));
        const struct begin_webhook_attempt cmd = {.webhook_id = p->webhook_id,
                                                  .task_key = run->task.key,
                                                  .fence = run->task.fence,
                                                  .is_over = count >= WEBHOOK_RUN_COUNT ||
                                                             (is_slow && count != 0)};
        TRY(begin_webhook_attempt_send(&scope, &cmd, &begun));
        if (!begun.is_due) {
            out->is_settled = true;
            return OK;
        }
        TRY(send_one(run, &scope, &begun, &is_slow));
        task_run_progress(run, count + 1, 0, "deliveries");
        arena_reset(&scratch);
    }
}

const struct task_kind webhook_kind = {
    .name = "webhook",
    .doc = "Send what a webhook is told",
    .parameters = &send_webhook_parameters_schema,
    .count_max = 1000,
    .attempt_count_max = 1000,
    .is_delivery = true,
    .run = run,
};
const struct task_kind webhook_slow_kind = {
    .name = "webhook_slow",
    .doc = "Send what a webhook is told whose receiver is slow or away",
    .parameters = &send_webhook_parameters_schema,
    .count_max = WEBHOOK_SLOW_COUNT_MAX,
    .attempt_count_max = 1000,
    .is_delivery = true,
    .run = run,
};
