/* Pages by number: an organization has a thousand keys at most. */
#include "application/queries/api_keys/list_api_keys/query.h"

SCHEMA(list_api_keys, FIELD_EMBED_OF(list_api_keys, page, paged_query),
       FIELD(list_api_keys, search, .max = NAME_SIZE_MAX, .doc = "Part of the name"),
       FIELD(list_api_keys, revoked, .doc = "Those that were revoked instead"));
SCHEMA(list_api_keys_result, FIELD_LIST_OF(list_api_keys_result, items, api_key_view),
       FIELD_EMBED_OF(list_api_keys_result, page, paged_result));

static err list_api_keys_handle(struct query_ctx *ctx, const struct list_api_keys *query,
                                struct list_api_keys_result *out)
{
    const struct api_key_filter filter = {.organization_key = ctx->principal->organization_key,
                                          .search = query->search,
                                          .revoked = query->revoked,
                                          .offset = paged_query_offset(&query->page),
                                          .limit = paged_query_size(&query->page)};
    struct api_key_slice keys;
    int64_t total;
    TRY(api_key_reader_find(ctx->readers->api_keys, ctx->arena, &filter, &keys, &total));
    for (size_t i = 0; i < keys.len; i++)
        TRY(api_key_show(ctx->arena, ctx->readers, &keys.at[i],
                         SLICE_PUSH(ctx->arena, &out->items)));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_api_keys, .needs = WRITE_API_KEYS, .doc = "List API keys");
