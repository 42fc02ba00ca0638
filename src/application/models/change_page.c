/* One more than asked for tells whether there is more. */
#include "application/models/change_page.h"

err change_page_read(struct query_ctx *ctx, int64_t since, uint32_t limit, struct change_page *out)
{
    *out = (struct change_page){.last = since};
    if (limit == 0)
        limit = CHANGE_COUNT_DEFAULT;
    TRY(change_reader_find(ctx->readers->changes, ctx->arena, ctx->principal->organization_key,
                           since, limit + 1, &out->items));
    out->has_more = out->items.len > limit;
    if (out->has_more)
        out->items.len = limit;
    if (out->items.len != 0)
        out->last = out->items.at[out->items.len - 1].sequence;
    return OK;
}
