/* The JSON API's view of the one query model. */
#include "application/queries/images/list_series/query.h"

#include "application/models/image_list.h"

SCHEMA(list_series, FIELD(list_series, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_series, page, paged_query),
       FIELD_EMBED_OF(list_series, search, searchable_query),
       FIELD(list_series, trashed, .doc = "What is in the trash itself instead"));
SCHEMA(list_series_result, FIELD_LIST_OF(list_series_result, items, series),
       FIELD_EMBED_OF(list_series_result, page, paged_result));

static err list_series_handle(struct query_ctx *ctx, const struct list_series *query,
                              struct list_series_result *out)
{
    struct image_filter filter;
    struct image_page page;
    struct study study;
    TRY(image_list_study(ctx, query->id, &study));
    TRY(image_list_filter(ctx, LEVEL_SERIES, &query->page, &query->search, &filter));
    filter.trashed = query->trashed;
    filter.under_trashed = true;
    filter.study_id = query->id;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = page.rows.at[i].series;
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_series, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "List the series of a study");
