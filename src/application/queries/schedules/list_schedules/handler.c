/* There are few: cut into pages here. */
#include "application/queries/schedules/list_schedules/query.h"

SCHEMA(list_schedules, FIELD_EMBED_OF(list_schedules, page, paged_query));
SCHEMA(list_schedules_result, FIELD_LIST_OF(list_schedules_result, items, schedule),
       FIELD_EMBED_OF(list_schedules_result, page, paged_result));

static err list_schedules_handle(struct query_ctx *ctx, const struct list_schedules *query,
                                 struct list_schedules_result *out)
{
    struct schedule_slice all;
    uint64_t first = paged_query_offset(&query->page);
    uint32_t size = paged_query_size(&query->page);
    TRY(schedule_reader_find(ctx->readers->schedules, ctx->arena, ctx->principal->organization_key,
                             &all));
    for (uint64_t i = first; i < all.len && i < first + size; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = all.at[i];
    out->page = paged_result_of(&query->page, (int64_t)all.len, STR_NONE);
    return OK;
}
QUERY(list_schedules, .needs = WRITE_SETTINGS, .doc = "List schedules");
