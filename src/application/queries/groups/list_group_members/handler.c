/* In the order in which they were made. */
#include "application/queries/groups/list_group_members/query.h"

SCHEMA(list_group_members, FIELD(list_group_members, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_group_members, page, paged_query));
SCHEMA(list_group_members_result, FIELD_LIST_OF(list_group_members_result, items, user_view),
       FIELD_EMBED_OF(list_group_members_result, page, paged_result));

static err list_group_members_handle(struct query_ctx *ctx, const struct list_group_members *query,
                                     struct list_group_members_result *out)
{
    struct user_group group;
    struct user_slice found;
    int64_t total, organization_key = ctx->principal->organization_key;
    instant now = clock_now(ctx->clock);
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, organization_key, query->id, &group));
    const struct user_filter filter = {.organization_key = organization_key,
                                       .group_key = group.key,
                                       .now = now,
                                       .offset = paged_query_offset(&query->page),
                                       .limit = paged_query_size(&query->page)};
    TRY(user_reader_find(ctx->readers->users, ctx->arena, &filter, &found, &total));
    for (size_t i = 0; i < found.len; i++)
        user_view_of(&found.at[i], now, SLICE_PUSH(ctx->arena, &out->items));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_group_members, .needs = READ_USERS, .doc = "List the members of a group");
