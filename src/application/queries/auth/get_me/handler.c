/* The user behind the principal, with the names of the permissions of the role. */
#include "application/queries/auth/get_me/query.h"

SCHEMA_EMPTY(get_me);
SCHEMA(get_me_result, FIELD_EMBED_OF(get_me_result, view, user_view),
       FIELD(get_me_result, permissions, .doc = "What the role allows"),
       FIELD(get_me_result, granted_permissions,
             .doc = "What it allows beyond that, with what was granted"));

static err get_me_handle(struct query_ctx *ctx, const struct get_me *query,
                         struct get_me_result *out)
{
    struct user user;
    (void)query;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    user_view_of(&user, clock_now(ctx->clock), &out->view);
    out->permissions = permissions_list(ctx->arena, ctx->principal->permissions);
    out->granted_permissions = permissions_list(ctx->arena, ctx->principal->granted_permissions);
    return OK;
}
QUERY(get_me, .needs = SIGNED_IN, .doc = "The signed-in user");
