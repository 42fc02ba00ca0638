/* With the body that was signed. */
#include "application/queries/webhooks/get_webhook_delivery/query.h"

SCHEMA(get_webhook_delivery, FIELD(get_webhook_delivery, id, .flags = KEY | REQUIRED));
SCHEMA(get_webhook_delivery_result,
       FIELD_EMBED_OF(get_webhook_delivery_result, delivery, webhook_delivery));

static err get_webhook_delivery_handle(struct query_ctx *ctx,
                                       const struct get_webhook_delivery *query,
                                       struct get_webhook_delivery_result *out)
{
    return webhook_reader_get_delivery(ctx->readers->webhooks, ctx->arena,
                                       ctx->principal->organization_key, query->id, &out->delivery);
}
QUERY(get_webhook_delivery, .needs = WRITE_WEBHOOKS, .doc = "A delivery, and what became of it");
