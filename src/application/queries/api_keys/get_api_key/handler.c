/* Within the organization only. */
#include "application/queries/api_keys/get_api_key/query.h"

SCHEMA(get_api_key, FIELD(get_api_key, id, .flags = KEY | REQUIRED));
SCHEMA(get_api_key_result, FIELD_EMBED_OF(get_api_key_result, view, api_key_view));

static err get_api_key_handle(struct query_ctx *ctx, const struct get_api_key *query,
                              struct get_api_key_result *out)
{
    struct api_key key;
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, ctx->principal->organization_key,
                           query->id, &key));
    return api_key_show(ctx->arena, ctx->readers, &key, &out->view);
}
QUERY(get_api_key, .needs = WRITE_API_KEYS, .doc = "Get an API key");
