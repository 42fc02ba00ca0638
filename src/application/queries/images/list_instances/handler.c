/* The JSON API's view of the one query model. */
#include "application/queries/images/list_instances/query.h"

#include "application/models/image_list.h"

SCHEMA(list_instances, FIELD(list_instances, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_instances, page, paged_query),
       FIELD_EMBED_OF(list_instances, search, searchable_query),
       FIELD(list_instances, trashed, .doc = "What is in the trash itself instead"));
SCHEMA(list_instances_result, FIELD_LIST_OF(list_instances_result, items, instance),
       FIELD_EMBED_OF(list_instances_result, page, paged_result));

static err list_instances_handle(struct query_ctx *ctx, const struct list_instances *query,
                                 struct list_instances_result *out)
{
    struct image_filter filter;
    struct image_page page;
    struct series series;
    TRY(image_reader_get_series(ctx->readers->images, ctx->arena, ctx->access, query->id, &series));
    ctx->scope->subject_id = series.id;
    TRY(image_list_filter(ctx, LEVEL_INSTANCE, &query->page, &query->search, &filter));
    filter.series_id = query->id;
    filter.trashed = query->trashed;
    filter.under_trashed = true;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = page.rows.at[i].instance;
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_instances, .needs = READ_STUDIES, .is_limitable = true, .shows_deidentified = true,
      .reads_patient_data = true, .doc = "List the instances of a series");
