/* Ten at most. */
#include "application/queries/users/list_user_identities/query.h"

SCHEMA(list_user_identities, FIELD(list_user_identities, id, .flags = KEY | REQUIRED));
SCHEMA(list_user_identities_result, FIELD_LIST_OF(list_user_identities_result, items, identity));

static err list_user_identities_handle(struct query_ctx *ctx,
                                       const struct list_user_identities *query,
                                       struct list_user_identities_result *out)
{
    struct user user;
    TRY(user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key,
                        query->id, &user));
    ctx->scope->subject_id = user.id;
    return identity_reader_of_user(ctx->readers->identities, ctx->arena, user.key, &out->items);
}
QUERY(list_user_identities, .needs = READ_USERS,
      .doc = "Accounts elsewhere that a user signs in with");
