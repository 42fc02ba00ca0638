/* One look into an index. */
#include "application/queries/work_items/get_newest_work_item_event/query.h"

SCHEMA_EMPTY(get_newest_work_item_event);
SCHEMA_EMPTY(get_newest_work_item_event_result);

static err get_newest_work_item_event_handle(struct query_ctx *ctx,
                                             const struct get_newest_work_item_event *query,
                                             struct get_newest_work_item_event_result *out)
{
    (void)query;
    return work_item_reader_newest_event(ctx->readers->work_items, &out->key);
}
QUERY(get_newest_work_item_event, .needs = PERMISSION_SIGNED_IN, .doc = "The newest event report");
