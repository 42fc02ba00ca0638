/* What the leader does in small steps all day, to its end. */
#include "application/services/tasks/clean_up.h"

#include "application/commands/system/purge_expired/command.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

static err run(struct task_run *run, const void *parameters, struct task_result *out)
{
    CLEANUP(arena_deinit) struct arena scratch = {0};
    int64_t count = 0, step = 1;
    (void)parameters;
    while (step != 0) {
        struct scope scope = *run->scope;
        struct purge_expired_result r;
        scope.arena = scope.issues.arena = &scratch;
        TRY(task_run_check(run));
        TRY(purge_expired_send(&scope, &(struct purge_expired){0}, &r));
        step = r.session_count + r.answer_count + r.upload_count + r.grant_count +
               r.work_item_count + r.mail_count + r.visit_count + r.task_count + r.output_count;
        count += step;
        task_run_progress(run, count, 0, "rows");
        arena_reset(&scratch);
    }
    out->words = str_format(run->scope->arena, "%lld rows were removed", (long long)count);
    return OK;
}

const struct task_kind clean_up_kind = {
    .name = "clean_up",
    .doc = "Remove sessions, grants, mails, tasks and the like that have expired",
    .parameters = &no_parameters_schema,
    .count_max = 1,
    .attempt_count_max = 3,
    .is_schedulable = true,
    .run = run,
};
