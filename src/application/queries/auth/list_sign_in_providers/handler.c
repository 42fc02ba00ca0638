/* Of all organizations, because nobody has said yet whose they are: those that want to be listed.
 */
#include "application/queries/auth/list_sign_in_providers/query.h"

#include "base/arena.h"

SCHEMA(sign_in_provider, FIELD(sign_in_provider, id, .flags = KEY, .doc = "Identifier"),
       FIELD(sign_in_provider, name, .doc = "What its button says"));
SCHEMA_EMPTY(list_sign_in_providers);
SCHEMA(list_sign_in_providers_result,
       FIELD_LIST_OF(list_sign_in_providers_result, items, sign_in_provider));

static err list_sign_in_providers_handle(struct query_ctx *ctx,
                                         const struct list_sign_in_providers *query,
                                         struct list_sign_in_providers_result *out)
{
    struct identity_provider_slice all;
    (void)query;
    TRY(identity_reader_list_providers(ctx->readers->identities, ctx->arena, 0, &all));
    for (size_t i = 0; i < all.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) =
            (struct sign_in_provider){all.at[i].id, all.at[i].name};
    return OK;
}
QUERY(list_sign_in_providers, .needs = ANYONE, .doc = "Providers that one can sign in by");
