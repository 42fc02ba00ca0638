/* Within the organization only. */
#include "application/queries/groups/get_group/query.h"

SCHEMA(get_group, FIELD(get_group, id, .flags = KEY | REQUIRED));
SCHEMA(get_group_result, FIELD_EMBED_OF(get_group_result, group, user_group));

static err get_group_handle(struct query_ctx *ctx, const struct get_group *query,
                            struct get_group_result *out)
{
    return group_reader_get(ctx->readers->groups, ctx->arena, ctx->principal->organization_key,
                            query->id, &out->group);
}
QUERY(get_group, .needs = READ_USERS, .doc = "Get a group");
