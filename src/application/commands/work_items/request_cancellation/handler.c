/* What nobody has is canceled here; whoever has it is told. */
#include "application/commands/work_items/request_cancellation/command.h"

#include "dicom/uid.h"

SCHEMA_EMPTY(request_cancellation);
SCHEMA_EMPTY(request_cancellation_result);

#define TAG_REQUESTING_AE UINT32_C(0x00741236)
#define OUR_AE "{\"vr\":\"AE\",\"Value\":[\"GANTRY\"]}"

/* First IN PROGRESS, then CANCELED (PS3.4 CC.2.2.3), by a lock that nobody knows. */
static err cancel(struct command_ctx *ctx, struct work_item *item, str request)
{
    unsigned char bytes[16];
    instant now = clock_now(ctx->clock);
    random_bytes(bytes, sizeof bytes);
    item->transaction_uid = uid_from_bytes(ctx->arena, bytes);
    TRY(work_item_move(ctx->arena, item, WORK_ITEM_IN_PROGRESS, now));
    TRY(worklist_tell(ctx, item, WORK_ITEM_STATE_REPORT, item->data_set));
    TRY(work_item_note_reason(ctx->arena, item, now, request));
    TRY(work_item_move(ctx->arena, item, WORK_ITEM_CANCELED, now));
    TRY(worklist_save(ctx, item));
    return worklist_tell(ctx, item, WORK_ITEM_STATE_REPORT, item->data_set);
}

/* Over HTTP nobody has an AE title, unless they say so. */
static str with_requester(struct arena *a, str request)
{
    struct json_member_slice members;
    json_members_read(a, request, &members);
    if (json_model_value_array(json_members_find(&members, TAG_REQUESTING_AE)).ptr == NULL)
        json_members_set(a, &members, TAG_REQUESTING_AE, STR(OUR_AE));
    return json_members_write(a, &members);
}

static err request_cancellation_handle(struct command_ctx *ctx,
                                       const struct request_cancellation *cmd,
                                       struct request_cancellation_result *out)
{
    struct work_item item;
    bool is_heard;
    const struct work_item_transition *t;
    TRY(worklist_get(ctx, cmd->uid, &item));
    TRY(work_item_decide(&item, WORK_ITEM_REQUEST_CANCEL, STR_NONE, &t));
    out->warning = t->text;
    if (t->step == WORK_ITEM_IS_THERE)
        return OK;
    if (t->step == WORK_ITEM_MOVES)
        return cancel(ctx, &item, cmd->request);
    TRY(work_item_reader_has_subscriber(ctx->readers->work_items, &item, &is_heard));
    if (!is_heard)
        return ERR(CONFLICT, "The performer cannot be contacted.");
    return worklist_tell(ctx, &item, WORK_ITEM_CANCEL_REQUESTED,
                         with_requester(ctx->arena, cmd->request));
}
COMMAND(request_cancellation, .needs = WRITE_WORK_ITEMS,
        .doc = "Ask for a work item to be canceled");
