/* Within the organization only. */
#include "application/queries/roles/get_role/query.h"

SCHEMA(get_role, FIELD(get_role, id, .flags = KEY | REQUIRED));
SCHEMA(get_role_result, FIELD_EMBED_OF(get_role_result, view, role_view));

static err get_role_handle(struct query_ctx *ctx, const struct get_role *query,
                           struct get_role_result *out)
{
    struct custom_role role;
    TRY(role_reader_get(ctx->readers->roles, ctx->arena, ctx->principal->organization_key,
                        query->id, &role));
    role_view_of(ctx->arena, &role, &out->view);
    return OK;
}
QUERY(get_role, .needs = READ_USERS, .doc = "Get a role of the organization's own");
