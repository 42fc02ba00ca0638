/* The grants on it, those of shares too. */
#include "application/queries/albums/list_album_members/query.h"

SCHEMA(list_album_members, FIELD(list_album_members, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_album_members, page, paged_query));
SCHEMA(list_album_members_result, FIELD_LIST_OF(list_album_members_result, items, grant),
       FIELD_EMBED_OF(list_album_members_result, page, paged_result));

static err list_album_members_handle(struct query_ctx *ctx, const struct list_album_members *query,
                                     struct list_album_members_result *out)
{
    struct album album;
    int64_t total;
    TRY(album_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &album));
    struct grant_filter filter = {.organization_key = album.organization_key,
                                  .on_granted = true,
                                  .granted_kind = GRANTED_ALBUM,
                                  .granted_key = album.key,
                                  .offset = paged_query_offset(&query->page),
                                  .limit = paged_query_size(&query->page)};
    TRY(grant_reader_find(ctx->readers->grants, ctx->arena, &filter, &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_album_members, .needs = SHARE_STUDIES, .doc = "List who sees an album");
