/* As the list of studies, within the album. */
#include "application/queries/albums/list_album_studies/query.h"

#include "application/models/image_list.h"
#include "base/arena.h"

SCHEMA(list_album_studies, FIELD(list_album_studies, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_album_studies, page, paged_query),
       FIELD_EMBED_OF(list_album_studies, search, searchable_query));
SCHEMA(list_album_studies_result, FIELD_LIST_OF(list_album_studies_result, items, study),
       FIELD_EMBED_OF(list_album_studies_result, page, paged_result));

static err list_album_studies_handle(struct query_ctx *ctx, const struct list_album_studies *query,
                                     struct list_album_studies_result *out)
{
    struct album album;
    struct image_filter filter;
    struct image_page page;
    TRY(album_get_visible(ctx, query->id, &album));
    TRY(image_list_filter(ctx, LEVEL_STUDY, &query->page, &query->search, &filter));
    filter.album_key = album.key;
    ctx->scope->subject_id = album.id;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = page.rows.at[i].study;
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_album_studies, .needs = READ_STUDIES, .is_limitable = true, .reads_patient_data = true,
      .doc = "List the studies in an album");
