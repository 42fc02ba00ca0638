/* Nothing is written when there is nothing to do. */
#include "application/commands/tasks/claim_task/command.h"

#include "application/services/tasks/task_end.h"

SCHEMA(claim_task, FIELD(claim_task, worker, .flags = REQUIRED, .max = NAME_SIZE_MAX),
       FIELD(claim_task, lease_seconds, .min = 1, .max = 3600), FIELD(claim_task, is_delivery));
SCHEMA(claim_task_result, FIELD(claim_task_result, is_claimed),
       FIELD(claim_task_result, is_given_up), FIELD_OBJECT_OF(claim_task_result, task, task));

static err claim_task_handle(struct command_ctx *ctx, const struct claim_task *cmd,
                             struct claim_task_result *out)
{
    const struct task_kinds *kinds = &ctx->services->task_kinds;
    struct task_claim claim = {
        .now = clock_now(ctx->clock), .worker = cmd->worker, .lease_seconds = cmd->lease_seconds};
    bool is_due;
    TRY(task_reader_is_due(ctx->readers->tasks, claim.now, &is_due));
    if (!is_due)
        return OK;
    for (size_t i = 0; i < kinds->len && i < TASK_KIND_COUNT_MAX; i++)
        if (kinds->at[i]->is_delivery == cmd->is_delivery)
            claim.limits[claim.limit_count++] =
                (struct task_limit){str_of(kinds->at[i]->name), kinds->at[i]->count_max};
    err e = task_writer_claim(ctx->uow->tasks, ctx->arena, &claim, &out->task);
    if (e.code == ERR_NOT_FOUND) /* another worker was quicker, or its kind runs already */
        return OK;
    TRY(e);
    out->is_given_up = out->task.attempt_count > out->task.attempt_count_max;
    out->is_claimed = !out->is_given_up;
    return out->is_claimed
               ? OK
               : task_end(ctx, &out->task, TASK_GIVE_UP, STR("its workers did not come back"));
}
COMMAND(claim_task, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Take the next task that is due");
