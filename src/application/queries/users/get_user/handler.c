/* Within the organization only. */
#include "application/queries/users/get_user/query.h"

SCHEMA(get_user, FIELD(get_user, id, .flags = KEY | REQUIRED));
SCHEMA(get_user_result, FIELD_EMBED_OF(get_user_result, user, user));

static err get_user_handle(struct query_ctx *ctx, const struct get_user *query,
                           struct get_user_result *out)
{
    return user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key,
                           query->id, &out->user);
}
QUERY(get_user, .needs = READ_USERS, .doc = "Get a user");
