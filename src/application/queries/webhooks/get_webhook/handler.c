/* Its secret is shown to nobody. */
#include "application/queries/webhooks/get_webhook/query.h"

SCHEMA(get_webhook, FIELD(get_webhook, id, .flags = KEY | REQUIRED));
SCHEMA(get_webhook_result, FIELD_EMBED_OF(get_webhook_result, view, webhook_view));

static err get_webhook_handle(struct query_ctx *ctx, const struct get_webhook *query,
                              struct get_webhook_result *out)
{
    struct webhook webhook;
    TRY(webhook_reader_get(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key,
                           query->id, &webhook));
    out->view = webhook_view_of(ctx->arena, &webhook);
    return OK;
}
QUERY(get_webhook, .needs = WRITE_WEBHOOKS, .doc = "A webhook, and how sending to it goes");
