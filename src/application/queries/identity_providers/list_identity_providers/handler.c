/* There are few: all at once. */
#include "application/queries/identity_providers/list_identity_providers/query.h"

#include "base/arena.h"

SCHEMA_EMPTY(list_identity_providers);
SCHEMA(list_identity_providers_result,
       FIELD_LIST_OF(list_identity_providers_result, items, provider_view));

static err list_identity_providers_handle(struct query_ctx *ctx,
                                          const struct list_identity_providers *query,
                                          struct list_identity_providers_result *out)
{
    struct identity_provider_slice all;
    (void)query;
    TRY(identity_reader_list_providers(ctx->readers->identities, ctx->arena,
                                       ctx->principal->organization_key, &all));
    for (size_t i = 0; i < all.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = provider_view_of(ctx->arena, &all.at[i]);
    return OK;
}
QUERY(list_identity_providers, .needs = WRITE_SETTINGS, .doc = "List providers of identities");
