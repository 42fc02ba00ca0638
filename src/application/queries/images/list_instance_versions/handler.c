/* Pages by number: there are few. */
#include "application/queries/images/list_instance_versions/query.h"

SCHEMA(list_instance_versions, FIELD(list_instance_versions, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_instance_versions, page, paged_query));
SCHEMA(list_instance_versions_result,
       FIELD_LIST_OF(list_instance_versions_result, items, instance_version),
       FIELD_EMBED_OF(list_instance_versions_result, page, paged_result));

static err list_instance_versions_handle(struct query_ctx *ctx,
                                         const struct list_instance_versions *query,
                                         struct list_instance_versions_result *out)
{
    struct instance instance;
    int64_t total;
    TRY(image_reader_get_instance(ctx->readers->images, ctx->arena, ctx->access, query->id,
                                  &instance));
    ctx->scope->subject_id = instance.id;
    TRY(image_reader_versions(ctx->readers->images, ctx->arena, instance.key,
                              paged_query_offset(&query->page), paged_query_size(&query->page),
                              &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_instance_versions, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "List the versions of an instance");
