/* Person after person, each in a unit of work of their own. */
#include "application/services/tasks/send_digests.h"

#include "application/commands/notifications/send_digest/command.h"
#include "application/queries/notifications/next_digest/query.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    struct next_digest query = {0};
    int64_t count = 0;
    (void)parameters;
    for (;;) {
        struct scope scope = *run->scope;
        struct next_digest_result next;
        struct send_digest_result sent;
        scope.arena = scope.issues.arena = &scratch;
        TRY(task_run_check(run));
        TRY(next_digest_send(&scope, &query, &next));
        if (next.user_key == 0)
            break;
        query.after_user_key = next.user_key;
        TRY(send_digest_send(&scope, &(struct send_digest){next.user_key}, &sent));
        task_run_progress(run, ++count, 0, "mails");
        arena_reset(&scratch);
    }
    out->words = str_format(run->scope->arena, "%lld people were written to", (long long)count);
    return OK;
}

const struct task_kind send_digests_kind = {
    .name = "send_digests",
    .doc = "Mail the notifications that have waited for their time",
    .parameters = &no_parameters_schema,
    .count_max = 1,
    .attempt_count_max = 5,
    .is_schedulable = true,
    .run = run,
};
