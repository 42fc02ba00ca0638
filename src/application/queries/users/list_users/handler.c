/* Pages by number: an organization has thousands of users at most. */
#include "application/queries/users/list_users/query.h"

SCHEMA(list_users, FIELD_EMBED_OF(list_users, page, paged_query),
       FIELD_EMBED_OF(list_users, search, searchable_query),
       FIELD(list_users, is_active, .doc = "Only active, or only inactive ones"));
SCHEMA(list_users_result, FIELD_LIST_OF(list_users_result, items, user),
       FIELD_EMBED_OF(list_users_result, page, paged_result));

static const char *const sortable[] = {"name", "email", "role", "created_at", NULL};

static err list_users_handle(struct query_ctx *ctx, const struct list_users *query,
                             struct list_users_result *out)
{
    struct user_filter filter = {.organization_key = ctx->principal->organization_key,
                                 .search = query->search.search,
                                 .is_active = query->is_active,
                                 .offset = paged_query_offset(&query->page),
                                 .limit = paged_query_size(&query->page)};
    int64_t total;
    searchable_query_sort(&query->search, sortable, ctx->arena, &filter.sort, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(user_reader_find(ctx->readers->users, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_users, .needs = READ_USERS, .doc = "List users");
