/* Newest first. */
#include "application/queries/albums/list_albums/query.h"

SCHEMA(list_albums, FIELD_EMBED_OF(list_albums, page, paged_query));
SCHEMA(list_albums_result, FIELD_LIST_OF(list_albums_result, items, album),
       FIELD_EMBED_OF(list_albums_result, page, paged_result));

static err list_albums_handle(struct query_ctx *ctx, const struct list_albums *query,
                              struct list_albums_result *out)
{
    struct album_filter filter = {.organization_key = ctx->principal->organization_key,
                                  .user_key = share_owner_shown(ctx->principal),
                                  .now = clock_now(ctx->clock),
                                  .offset = paged_query_offset(&query->page),
                                  .limit = paged_query_size(&query->page)};
    int64_t total;
    if (ctx->principal->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "albums are for users");
    TRY(album_reader_find(ctx->readers->albums, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_albums, .needs = READ_STUDIES, .is_limitable = true, .doc = "List albums");
