/* Ten at most. */
#include "application/queries/auth/list_own_identities/query.h"

SCHEMA_EMPTY(list_own_identities);
SCHEMA(list_own_identities_result, FIELD_LIST_OF(list_own_identities_result, items, identity));

static err list_own_identities_handle(struct query_ctx *ctx,
                                      const struct list_own_identities *query,
                                      struct list_own_identities_result *out)
{
    (void)query;
    return identity_reader_of_user(ctx->readers->identities, ctx->arena, ctx->principal->user_key,
                                   &out->items);
}
QUERY(list_own_identities, .needs = OWN_SIGN_IN,
      .doc = "Accounts elsewhere that one signs in with");
