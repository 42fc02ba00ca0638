/* Its secret is never shown. */
#include "application/queries/identity_providers/get_identity_provider/query.h"

SCHEMA(get_identity_provider, FIELD(get_identity_provider, id, .flags = KEY | REQUIRED));
SCHEMA(get_identity_provider_result,
       FIELD_EMBED_OF(get_identity_provider_result, view, provider_view));

static err get_identity_provider_handle(struct query_ctx *ctx,
                                        const struct get_identity_provider *query,
                                        struct get_identity_provider_result *out)
{
    struct identity_provider provider;
    TRY(identity_reader_get_provider(ctx->readers->identities, ctx->arena,
                                     ctx->principal->organization_key, query->id, &provider));
    ctx->scope->subject_id = provider.id;
    out->view = provider_view_of(ctx->arena, &provider);
    return OK;
}
QUERY(get_identity_provider, .needs = WRITE_SETTINGS, .doc = "Read a provider of identities");
