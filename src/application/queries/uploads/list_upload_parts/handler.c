/* A thousand at a time, in order. */
#include "application/queries/uploads/list_upload_parts/query.h"

SCHEMA(list_upload_parts, FIELD(list_upload_parts, id, .flags = KEY | REQUIRED),
       FIELD(list_upload_parts, after, .doc = "Only parts with a higher number"));
SCHEMA(list_upload_parts_result, FIELD_LIST_OF(list_upload_parts_result, items, upload_part),
       FIELD(list_upload_parts_result, has_more, .doc = "Ask again with the last number"));

static err list_upload_parts_handle(struct query_ctx *ctx, const struct list_upload_parts *query,
                                    struct list_upload_parts_result *out)
{
    struct upload upload;
    TRY(upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                          principal_actor_id(ctx->principal), query->id, &upload));
    TRY(upload_reader_parts(ctx->readers->uploads, ctx->arena, upload.key, query->after,
                            UPLOAD_PART_LIST_MAX + 1, &out->items));
    out->has_more = out->items.len > UPLOAD_PART_LIST_MAX;
    if (out->has_more)
        out->items.len = UPLOAD_PART_LIST_MAX;
    return OK;
}
QUERY(list_upload_parts, .needs = WRITE_STUDIES, .is_limitable = true,
      .doc = "List the parts of an upload that are there");
