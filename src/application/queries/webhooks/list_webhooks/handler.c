/* All at once: an organization has few. */
#include "application/queries/webhooks/list_webhooks/query.h"

#include "base/arena.h"

SCHEMA_EMPTY(list_webhooks);
SCHEMA(list_webhooks_result, FIELD_LIST_OF(list_webhooks_result, items, webhook_view));

static err list_webhooks_handle(struct query_ctx *ctx, const struct list_webhooks *query,
                                struct list_webhooks_result *out)
{
    struct webhook_slice found;
    (void)query;
    TRY(webhook_reader_all(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key,
                           &found));
    for (size_t i = 0; i < found.len; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = webhook_view_of(ctx->arena, &found.at[i]);
    return OK;
}
QUERY(list_webhooks, .needs = WRITE_WEBHOOKS, .doc = "List webhooks");
