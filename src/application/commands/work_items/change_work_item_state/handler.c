/* The lock is of whoever came first. */
#include "application/commands/work_items/change_work_item_state/command.h"

#include "dicom/uid.h"

SCHEMA_EMPTY(change_work_item_state);
SCHEMA_EMPTY(change_work_item_state_result);

static err read_request(struct arena *a, str action, enum work_item_request *out)
{
    str name = json_model_member_text(a, action, TAG_PROCEDURE_STEP_STATE);
    switch (work_item_state_of(name)) {
    case WORK_ITEM_IN_PROGRESS:
        *out = WORK_ITEM_CLAIM;
        return OK;
    case WORK_ITEM_COMPLETED:
        *out = WORK_ITEM_COMPLETE;
        return OK;
    case WORK_ITEM_CANCELED:
        *out = WORK_ITEM_CANCEL;
        return OK;
    default:
        return ERR(MALFORMED, "a work item is set IN PROGRESS, COMPLETED or CANCELED");
    }
}

static err change_work_item_state_handle(struct command_ctx *ctx,
                                         const struct change_work_item_state *cmd,
                                         struct change_work_item_state_result *out)
{
    struct work_item item;
    enum work_item_request request;
    const struct work_item_transition *t;
    str lock = json_model_member_text(ctx->arena, cmd->action, TAG_TRANSACTION_UID);
    TRY(read_request(ctx->arena, cmd->action, &request));
    TRY(worklist_get(ctx, cmd->uid, &item));
    TRY(work_item_decide(&item, request, lock, &t));
    out->warning = t->text;
    if (t->step == WORK_ITEM_IS_THERE)
        return OK;
    if (request == WORK_ITEM_CLAIM && !uid_is_valid(lock))
        return ERR(MALFORMED, "the Transaction UID is not a UID");
    if (request == WORK_ITEM_CLAIM)
        item.transaction_uid = lock;
    TRY(work_item_move(ctx->arena, &item, t->to, clock_now(ctx->clock)));
    TRY(worklist_save(ctx, &item));
    return worklist_tell(ctx, &item, WORK_ITEM_STATE_REPORT, item.data_set);
}
COMMAND(change_work_item_state, .needs = WRITE_WORK_ITEMS,
        .doc = "Claim, complete or cancel a work item");
