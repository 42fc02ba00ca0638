/* Newest first; what they saw is in the audit trail. */
#include "application/queries/shares/list_share_visits/query.h"

SCHEMA(list_share_visits, FIELD(list_share_visits, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_share_visits, page, paged_query));
SCHEMA(list_share_visits_result, FIELD_LIST_OF(list_share_visits_result, items, share_visit),
       FIELD_EMBED_OF(list_share_visits_result, page, paged_result));

static err list_share_visits_handle(struct query_ctx *ctx, const struct list_share_visits *query,
                                    struct list_share_visits_result *out)
{
    struct share share;
    int64_t total;
    TRY(share_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &share));
    TRY(share_reader_find_visits(ctx->readers->shares, ctx->arena, share.key,
                                 paged_query_offset(&query->page), paged_query_size(&query->page),
                                 &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_share_visits, .needs = SHARE_STUDIES, .doc = "List who opened a share");
