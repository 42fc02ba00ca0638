/* One's own, or whoever's for who looks after the organization. */
#include "application/queries/shares/get_share/query.h"

SCHEMA(get_share, FIELD(get_share, id, .flags = KEY | REQUIRED));
SCHEMA(get_share_result, FIELD_EMBED_OF(get_share_result, share, shown_share));

static err get_share_handle(struct query_ctx *ctx, const struct get_share *query,
                            struct get_share_result *out)
{
    struct share share;
    TRY(share_get_own(ctx->arena, ctx->readers, ctx->principal, query->id, &share));
    return share_show(ctx->arena, ctx->readers, &share, clock_now(ctx->clock), &out->share);
}
QUERY(get_share, .needs = SHARE_STUDIES, .doc = "Get a share");
