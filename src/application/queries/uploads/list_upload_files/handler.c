/* In the order of folder or archive. */
#include "application/queries/uploads/list_upload_files/query.h"

SCHEMA(list_upload_files, FIELD(list_upload_files, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_upload_files, page, paged_query));
SCHEMA(list_upload_files_result, FIELD_LIST_OF(list_upload_files_result, items, upload_file),
       FIELD_EMBED_OF(list_upload_files_result, page, paged_result));

static err list_upload_files_handle(struct query_ctx *ctx, const struct list_upload_files *query,
                                    struct list_upload_files_result *out)
{
    struct upload upload;
    int64_t total;
    TRY(upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                          principal_actor_id(ctx->principal), query->id, &upload));
    TRY(upload_reader_files(ctx->readers->uploads, ctx->arena, upload.key,
                            paged_query_offset(&query->page), paged_query_size(&query->page),
                            &out->items, &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_upload_files, .needs = WRITE_STUDIES, .is_limitable = true,
      .doc = "List what became of the files of an upload");
