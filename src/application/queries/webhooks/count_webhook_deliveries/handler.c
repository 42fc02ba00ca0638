/* Of the whole installation. */
#include "application/queries/webhooks/count_webhook_deliveries/query.h"

SCHEMA_EMPTY(count_webhook_deliveries);
SCHEMA(count_webhook_deliveries_result, FIELD(count_webhook_deliveries_result, pending),
       FIELD(count_webhook_deliveries_result, failed),
       FIELD(count_webhook_deliveries_result, oldest_at));

static err count_webhook_deliveries_handle(struct query_ctx *ctx,
                                           const struct count_webhook_deliveries *query,
                                           struct count_webhook_deliveries_result *out)
{
    struct webhook_count count;
    (void)query;
    TRY(webhook_reader_count(ctx->readers->webhooks, &count));
    *out = (struct count_webhook_deliveries_result){count.pending, count.failed, count.oldest_at};
    return OK;
}
QUERY(count_webhook_deliveries, .needs = RUN_SYSTEM, .doc = "How many deliveries there are");
