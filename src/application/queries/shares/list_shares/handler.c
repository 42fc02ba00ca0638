/* Newest first. */
#include "application/queries/shares/list_shares/query.h"

#include "base/arena.h"

SCHEMA(list_shares, FIELD_EMBED_OF(list_shares, page, paged_query));
SCHEMA(list_shares_result, FIELD_LIST_OF(list_shares_result, items, shown_share),
       FIELD_EMBED_OF(list_shares_result, page, paged_result));

static err list_shares_handle(struct query_ctx *ctx, const struct list_shares *query,
                              struct list_shares_result *out)
{
    struct share_filter filter = {.organization_key = ctx->principal->organization_key,
                                  .owner_key = share_owner_shown(ctx->principal),
                                  .offset = paged_query_offset(&query->page),
                                  .limit = paged_query_size(&query->page)};
    struct share_slice shares;
    int64_t total;
    TRY(share_reader_find(ctx->readers->shares, ctx->arena, &filter, &shares, &total));
    for (size_t i = 0; i < shares.len; i++)
        TRY(share_show(ctx->arena, ctx->readers, &shares.at[i], clock_now(ctx->clock),
                       SLICE_PUSH(ctx->arena, &out->items)));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_shares, .needs = SHARE_STUDIES, .doc = "List shares");
