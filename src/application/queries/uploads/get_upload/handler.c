/* The sender's own. */
#include "application/queries/uploads/get_upload/query.h"

SCHEMA(get_upload, FIELD(get_upload, id, .flags = KEY | REQUIRED));
SCHEMA(get_upload_result, FIELD_EMBED_OF(get_upload_result, upload, upload));

static err get_upload_handle(struct query_ctx *ctx, const struct get_upload *query,
                             struct get_upload_result *out)
{
    return upload_reader_get(ctx->readers->uploads, ctx->arena, ctx->principal->organization_key,
                             principal_actor_id(ctx->principal), query->id, &out->upload);
}
QUERY(get_upload, .needs = WRITE_STUDIES, .is_limitable = true, .doc = "Get an upload");
