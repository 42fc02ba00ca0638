/* The oldest. */
#include "application/queries/organizations/get_first_organization/query.h"

SCHEMA_EMPTY(get_first_organization);
SCHEMA(get_first_organization_result,
       FIELD_EMBED_OF(get_first_organization_result, organization, organization));

static err get_first_organization_handle(struct query_ctx *ctx,
                                         const struct get_first_organization *query,
                                         struct get_first_organization_result *out)
{
    (void)query;
    return organization_reader_first(ctx->readers->organizations, ctx->arena, &out->organization);
}
QUERY(get_first_organization, .needs = RUN_SYSTEM, .doc = "Whose the installation is");
