/* What was subscribed to stays so. */
#include "application/commands/work_items/suspend_subscription/command.h"

SCHEMA_EMPTY(suspend_subscription);
SCHEMA_EMPTY(suspend_subscription_result);

static err suspend_subscription_handle(struct command_ctx *ctx,
                                       const struct suspend_subscription *cmd,
                                       struct suspend_subscription_result *out)
{
    int64_t count;
    enum subscription_scope scope = worklist_scope_of(cmd->uid);
    (void)out;
    TRY(worklist_check_ae_title(cmd->ae_title));
    if (scope == SUBSCRIPTION_ONE)
        return ERR(MALFORMED, "only subscriptions to a worklist are suspended");
    TRY(work_item_writer_suspend(ctx->uow->work_items, ctx->principal->organization_key,
                                 cmd->ae_title, scope, clock_now(ctx->clock), &count));
    return count != 0 ? OK : ERR(NOT_FOUND, "there is no such subscription");
}
COMMAND(suspend_subscription, .needs = READ_WORK_ITEMS, .doc = "Be told of no new work items");
