/* Who has subscribed to everything, or to what is like it, hears of it at once. */
#include "application/commands/work_items/create_work_item/command.h"

#include "dicom/uid.h"

SCHEMA_EMPTY(create_work_item);
SCHEMA_EMPTY(create_work_item_result);

static str choose_uid(struct arena *a, const struct create_work_item *cmd)
{
    unsigned char bytes[16];
    str own = json_model_member_text(a, cmd->data_set, 0x00080018);
    if (cmd->uid.len != 0)
        return cmd->uid;
    if (own.len != 0)
        return own;
    random_bytes(bytes, sizeof bytes);
    return uid_from_bytes(a, bytes);
}

static err create_work_item_handle(struct command_ctx *ctx, const struct create_work_item *cmd,
                                   struct create_work_item_result *out)
{
    instant now = clock_now(ctx->clock);
    struct work_item item = {.id = uuid_make(ctx->clock),
                             .organization_key = ctx->principal->organization_key,
                             .created_at = now,
                             .updated_at = now};
    out->uid = choose_uid(ctx->arena, cmd);
    if (!uid_is_valid(out->uid))
        return ERR(MALFORMED, "not a UID");
    if (worklist_scope_of(out->uid) != SUBSCRIPTION_ONE)
        return ERR(CONFLICT, "this UID is that of a worklist");
    TRY(work_item_make(ctx->arena, out->uid, now, cmd->data_set, &item, &out->was_changed));
    err e = work_item_writer_add(ctx->uow->work_items, &item);
    if (e.code == ERR_CONFLICT)
        return ERR(CONFLICT, "there is a work item with this UID already");
    TRY(e);
    ctx->scope->subject_id = item.id;
    TRY(worklist_subscribe_by_filters(ctx, &item));
    TRY(worklist_tell(ctx, &item, WORK_ITEM_STATE_REPORT, item.data_set));
    if (work_item_event_details(ctx->arena, WORK_ITEM_ASSIGNED, item.data_set).ptr == NULL)
        return OK;
    return worklist_tell(ctx, &item, WORK_ITEM_ASSIGNED, item.data_set);
}
COMMAND(create_work_item, .needs = WRITE_WORK_ITEMS, .doc = "Make a work item");
