/* Those that ended too, until they are removed. */
#include "application/queries/grants/list_group_grants/query.h"

SCHEMA(list_group_grants, FIELD(list_group_grants, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_group_grants, page, paged_query));
SCHEMA(list_group_grants_result, FIELD_LIST_OF(list_group_grants_result, items, grant_view),
       FIELD_EMBED_OF(list_group_grants_result, page, paged_result));

static err list_group_grants_handle(struct query_ctx *ctx, const struct list_group_grants *query,
                                    struct list_group_grants_result *out)
{
    int64_t total;
    struct grant_filter filter = {.organization_key = ctx->principal->organization_key,
                                  .offset = paged_query_offset(&query->page),
                                  .limit = paged_query_size(&query->page)};
    struct user_group group;
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, filter.organization_key, query->id,
                         &group));
    filter.of_grantee = true;
    filter.grantee_kind = GRANTEE_GROUP;
    filter.grantee_key = group.key;
    TRY(grant_list(ctx, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_group_grants, .needs = READ_USERS, .doc = "List the grants of a group");
