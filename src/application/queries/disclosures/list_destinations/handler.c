/* All at once: an organization has few. */
#include "application/queries/disclosures/list_destinations/query.h"

SCHEMA_EMPTY(list_destinations);
SCHEMA(list_destinations_result, FIELD_LIST_OF(list_destinations_result, items, destination));

static err list_destinations_handle(struct query_ctx *ctx, const struct list_destinations *query,
                                    struct list_destinations_result *out)
{
    (void)query;
    return disclosure_reader_all_destinations(ctx->readers->disclosures, ctx->arena,
                                              ctx->principal->organization_key, &out->items);
}
QUERY(list_destinations, .needs = SHARE_STUDIES, .doc = "List servers that studies may be sent to");
