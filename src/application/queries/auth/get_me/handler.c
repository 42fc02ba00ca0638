/* The user behind the principal, with the names of the permissions of the role. */
#include "application/queries/auth/get_me/query.h"

SCHEMA_EMPTY(get_me);
SCHEMA(get_me_result, FIELD_EMBED_OF(get_me_result, user, user),
       FIELD(get_me_result, permissions, .doc = "What the role allows"));

static err get_me_handle(struct query_ctx *ctx, const struct get_me *query,
                         struct get_me_result *out)
{
    (void)query;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key,
                               &out->user));
    for (unsigned p = READ_STUDIES; p < PERMISSION_COUNT; p++)
        if (p != OWN_SIGN_IN && permissions_have(ctx->principal->permissions, p))
            *SLICE_PUSH(ctx->arena, &out->permissions) = str_of(permission_names[p]);
    return OK;
}
QUERY(get_me, .needs = SIGNED_IN, .doc = "The signed-in user");
