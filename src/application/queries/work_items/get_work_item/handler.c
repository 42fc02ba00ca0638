/* The lock is not in the data set. */
#include "application/queries/work_items/get_work_item/query.h"

SCHEMA_EMPTY(get_work_item);
SCHEMA_EMPTY(get_work_item_result);

static err get_work_item_handle(struct query_ctx *ctx, const struct get_work_item *query,
                                struct get_work_item_result *out)
{
    struct work_item item;
    TRY(work_item_reader_get(ctx->readers->work_items, ctx->arena, ctx->principal->organization_key,
                             query->uid, &item));
    ctx->scope->subject_id = item.id;
    out->data_set = item.data_set;
    out->version = item.version;
    return OK;
}
QUERY(get_work_item, .needs = READ_WORK_ITEMS, .reads_patient_data = true, .doc = "A work item");
