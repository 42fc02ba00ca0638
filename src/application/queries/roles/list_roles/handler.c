/* The built-in ones first. */
#include "application/queries/roles/list_roles/query.h"

SCHEMA_EMPTY(list_roles);
SCHEMA(list_roles_result, FIELD_LIST_OF(list_roles_result, items, role_view));

static err list_roles_handle(struct query_ctx *ctx, const struct list_roles *query,
                             struct list_roles_result *out)
{
    struct custom_role_slice own;
    (void)query;
    for (unsigned role = 0; role < ROLE_CUSTOM; role++)
        role_view_of_built_in(ctx->arena, (enum role)role, SLICE_PUSH(ctx->arena, &out->items));
    TRY(role_reader_all(ctx->readers->roles, ctx->arena, ctx->principal->organization_key, &own));
    for (size_t i = 0; i < own.len; i++)
        role_view_of(ctx->arena, &own.at[i], SLICE_PUSH(ctx->arena, &out->items));
    return OK;
}
QUERY(list_roles, .needs = READ_USERS, .doc = "List roles, the built-in ones too");
