/* The JSON API's view of the one query model. */
#include "application/queries/images/list_trashed_instances/query.h"

#include "application/models/image_list.h"

SCHEMA(trashed_instance, FIELD(trashed_instance, study_id, .doc = "Of which study"),
       FIELD(trashed_instance, series_id, .doc = "Of which series"),
       FIELD_EMBED_OF(trashed_instance, instance, instance));
SCHEMA(list_trashed_instances, FIELD_EMBED_OF(list_trashed_instances, page, paged_query),
       FIELD_EMBED_OF(list_trashed_instances, search, searchable_query));
SCHEMA(list_trashed_instances_result,
       FIELD_LIST_OF(list_trashed_instances_result, items, trashed_instance),
       FIELD_EMBED_OF(list_trashed_instances_result, page, paged_result));

static err list_trashed_instances_handle(struct query_ctx *ctx,
                                         const struct list_trashed_instances *query,
                                         struct list_trashed_instances_result *out)
{
    struct image_filter filter;
    struct image_page page;
    TRY(image_list_filter(ctx, LEVEL_INSTANCE, &query->page, &query->search, &filter));
    filter.trashed = true;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    for (size_t i = 0; i < page.rows.len; i++) {
        const struct image_row *row = &page.rows.at[i];
        *SLICE_PUSH(ctx->arena, &out->items) =
            (struct trashed_instance){row->study.id, row->series.id, row->instance};
    }
    out->page = paged_result_of(&query->page, page.total, page.next);
    return OK;
}
QUERY(list_trashed_instances, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "List the instances in the trash");
