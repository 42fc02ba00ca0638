/* The JSON API's view of the one query model. */
#include "application/queries/images/list_trashed_series/query.h"

#include "application/models/image_list.h"

SCHEMA(trashed_series, FIELD(trashed_series, study_id, .doc = "Of which study"),

       FIELD_EMBED_OF(trashed_series, series, series));
SCHEMA(list_trashed_series, FIELD_EMBED_OF(list_trashed_series, page, paged_query),
       FIELD_EMBED_OF(list_trashed_series, search, searchable_query));
SCHEMA(list_trashed_series_result, FIELD_LIST_OF(list_trashed_series_result, items, trashed_series),
       FIELD_EMBED_OF(list_trashed_series_result, page, paged_result));

static err list_trashed_series_handle(struct query_ctx *ctx,
                                      const struct list_trashed_series *query,
                                      struct list_trashed_series_result *out)
{
    struct image_filter filter;
    struct image_page page;
    TRY(image_list_filter(ctx, LEVEL_SERIES, &query->page, &query->search, &filter));
    filter.trashed = true;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++) {
        const struct image_row *row = &page.rows.at[i];
        *SLICE_PUSH(ctx->arena, &out->items) = (struct trashed_series){row->study.id, row->series};
    }
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_trashed_series, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "List the series in the trash");
