/* There are few: cut into pages here. */
#include "application/queries/retention/list_retention_rules/query.h"

SCHEMA(list_retention_rules, FIELD_EMBED_OF(list_retention_rules, page, paged_query));
SCHEMA(list_retention_rules_result,
       FIELD_LIST_OF(list_retention_rules_result, items, retention_rule),
       FIELD_EMBED_OF(list_retention_rules_result, page, paged_result));

static err list_retention_rules_handle(struct query_ctx *ctx,
                                       const struct list_retention_rules *query,
                                       struct list_retention_rules_result *out)
{
    struct retention_rule_slice all;
    uint64_t first = paged_query_offset(&query->page);
    uint32_t size = paged_query_size(&query->page);
    TRY(retention_reader_find(ctx->readers->retention, ctx->arena, ctx->principal->organization_key,
                              &all));
    for (uint64_t i = first; i < all.len && i < first + size; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = all.at[i];
    out->page = paged_result_of(&query->page, (int64_t)all.len, STR_NONE);
    return OK;
}
QUERY(list_retention_rules, .needs = WRITE_SETTINGS, .doc = "List rules of retention");
