/* Pages by number: an organization has thousands of users at most. */
#include "application/queries/users/list_users/query.h"

static const char *state_complaint(str state)
{
    return name_number(user_state_names, state).is_set ? NULL : "is not a state of a user";
}

SCHEMA(list_users, FIELD_EMBED_OF(list_users, page, paged_query),
       FIELD_EMBED_OF(list_users, search, searchable_query),
       FIELD(list_users, is_active, .doc = "Only active, or only inactive ones"),
       FIELD(list_users, state, .check = state_complaint,
             .doc = "invited, active, deactivated, locked or deleted; absent: all but deleted"),
       FIELD(list_users, role, .check = role_name_complaint, .doc = "Only those with that role"));
SCHEMA(list_users_result, FIELD_LIST_OF(list_users_result, items, user_view),
       FIELD_EMBED_OF(list_users_result, page, paged_result));

static const char *const sortable[] = {"name",       "email", "role", "last_sign_in_at",
                                       "created_at", NULL};

static void add_filters(const struct list_users *query, struct user_filter *filter)
{
    enum role role;
    if (query->role.ptr != NULL && role_of_name(query->role, &role))
        filter->role = (opt_i64){true, (int64_t)role};
    filter->state = name_number(user_state_names, query->state);
}

static err list_users_handle(struct query_ctx *ctx, const struct list_users *query,
                             struct list_users_result *out)
{
    struct user_filter filter = {.organization_key = ctx->principal->organization_key,
                                 .search = query->search.search,
                                 .is_active = query->is_active,
                                 .now = clock_now(ctx->clock),
                                 .offset = paged_query_offset(&query->page),
                                 .limit = paged_query_size(&query->page)};
    struct user_slice found;
    int64_t total;
    add_filters(query, &filter);
    searchable_query_sort(&query->search, sortable, ctx->arena, &filter.sort, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(user_reader_find(ctx->readers->users, ctx->arena, &filter, &found, &total));
    for (size_t i = 0; i < found.len; i++)
        user_view_of(&found.at[i], filter.now, SLICE_PUSH(ctx->arena, &out->items));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_users, .needs = READ_USERS, .doc = "List users");
