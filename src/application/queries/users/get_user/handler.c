/* Within the organization only; also one that is deleted, so that the trail can be read. */
#include "application/queries/users/get_user/query.h"

SCHEMA(get_user, FIELD(get_user, id, .flags = KEY | REQUIRED));
SCHEMA(get_user_result, FIELD_EMBED_OF(get_user_result, view, user_view));

static err get_user_handle(struct query_ctx *ctx, const struct get_user *query,
                           struct get_user_result *out)
{
    struct user user;
    TRY(user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key,
                        query->id, &user));
    user_view_of(&user, clock_now(ctx->clock), &out->view);
    return OK;
}
QUERY(get_user, .needs = READ_USERS, .doc = "Get a user");
