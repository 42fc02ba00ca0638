/* All of the changes or none. */
#include "application/commands/work_items/update_work_item/command.h"

SCHEMA_EMPTY(update_work_item);
SCHEMA_EMPTY(update_work_item_result);

static err update_work_item_handle(struct command_ctx *ctx, const struct update_work_item *cmd,
                                   struct update_work_item_result *out)
{
    struct work_item item;
    struct work_item_changes changes;
    const struct work_item_transition *t;
    str lock = cmd->transaction_uid.len != 0
                   ? cmd->transaction_uid
                   : json_model_member_text(ctx->arena, cmd->changes, TAG_TRANSACTION_UID);
    (void)out;
    TRY(worklist_get(ctx, cmd->uid, &item));
    TRY(work_item_decide(&item, WORK_ITEM_CHANGE, lock, &t));
    TRY(work_item_change(ctx->arena, &item, clock_now(ctx->clock), cmd->changes, &changes));
    if (!changes.is_any)
        return OK;
    TRY(worklist_save(ctx, &item));
    if (changes.readiness)
        TRY(worklist_tell(ctx, &item, WORK_ITEM_STATE_REPORT, item.data_set));
    if (changes.progress)
        TRY(worklist_tell(ctx, &item, WORK_ITEM_PROGRESS_REPORT, item.data_set));
    return changes.assignment ? worklist_tell(ctx, &item, WORK_ITEM_ASSIGNED, item.data_set) : OK;
}
COMMAND(update_work_item, .needs = WRITE_WORK_ITEMS, .doc = "Change attributes of a work item");
