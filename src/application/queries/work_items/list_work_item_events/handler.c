/* In the order in which they were told. */
#include "application/queries/work_items/list_work_item_events/query.h"

SCHEMA_EMPTY(list_work_item_events);
SCHEMA_EMPTY(list_work_item_events_result);

static err list_work_item_events_handle(struct query_ctx *ctx,
                                        const struct list_work_item_events *query,
                                        struct list_work_item_events_result *out)
{
    TRY(worklist_check_ae_title(query->ae_title));
    return work_item_reader_find_events(ctx->readers->work_items, ctx->arena,
                                        ctx->principal->organization_key, query->ae_title,
                                        query->after, query->limit, &out->events);
}
QUERY(list_work_item_events, .needs = READ_WORK_ITEMS, .reads_patient_data = true,
      .doc = "What was told to an AE");
