/* Of one item also where everything was subscribed to. */
#include "application/commands/work_items/unsubscribe_work_items/command.h"

SCHEMA_EMPTY(unsubscribe_work_items);
SCHEMA_EMPTY(unsubscribe_work_items_result);

static err unsubscribe_work_items_handle(struct command_ctx *ctx,
                                         const struct unsubscribe_work_items *cmd,
                                         struct unsubscribe_work_items_result *out)
{
    struct work_item item;
    int64_t count, organization_key = ctx->principal->organization_key;
    (void)out;
    TRY(worklist_check_ae_title(cmd->ae_title));
    if (worklist_scope_of(cmd->uid) != SUBSCRIPTION_ONE) {
        TRY(work_item_writer_unsubscribe_all(ctx->uow->work_items, organization_key, cmd->ae_title,
                                             &count));
        return count != 0 ? OK : ERR(NOT_FOUND, "there is no such subscription");
    }
    TRY(worklist_get(ctx, cmd->uid, &item));
    const struct work_item_subscription none = {.organization_key = organization_key,
                                                .created_at = clock_now(ctx->clock),
                                                .ae_title = cmd->ae_title,
                                                .work_item_key = item.key,
                                                .state = SUBSCRIPTION_NONE};
    return work_item_writer_subscribe(ctx->uow->work_items, &none, false);
}
COMMAND(unsubscribe_work_items, .needs = READ_WORK_ITEMS, .doc = "Be told no more of work items");
