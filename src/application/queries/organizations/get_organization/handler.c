/* There is no way to ask for another. */
#include "application/queries/organizations/get_organization/query.h"

SCHEMA_EMPTY(get_organization);
SCHEMA(get_organization_result, FIELD_EMBED_OF(get_organization_result, view, organization_view));

static err get_organization_handle(struct query_ctx *ctx, const struct get_organization *query,
                                   struct get_organization_result *out)
{
    struct organization organization;
    struct organization_settings settings;
    int64_t key = ctx->principal->organization_key;
    struct organization_reader *r = ctx->readers->organizations;
    (void)query;
    TRY(organization_reader_get(r, ctx->arena, key, &organization));
    TRY(organization_reader_settings(r, ctx->arena, key, &settings));
    organization_view_of(ctx->arena, &organization, &settings, &out->view);
    return organization_reader_used_size(r, key, &out->view.used_size);
}
QUERY(get_organization, .needs = SIGNED_IN, .doc = "Get one's organization");
