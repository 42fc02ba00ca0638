/* By name. */
#include "application/queries/groups/list_groups/query.h"

SCHEMA(list_groups, FIELD_EMBED_OF(list_groups, page, paged_query),
       FIELD(list_groups, search, .max = SEARCH_SIZE_MAX, .doc = "Part of the name"));
SCHEMA(list_groups_result, FIELD_LIST_OF(list_groups_result, items, user_group),
       FIELD_EMBED_OF(list_groups_result, page, paged_result));

static err list_groups_handle(struct query_ctx *ctx, const struct list_groups *query,
                              struct list_groups_result *out)
{
    int64_t total;
    const struct group_filter filter = {.organization_key = ctx->principal->organization_key,
                                        .search = query->search,
                                        .offset = paged_query_offset(&query->page),
                                        .limit = paged_query_size(&query->page)};
    TRY(group_reader_find(ctx->readers->groups, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_groups, .needs = READ_USERS, .doc = "List groups");
