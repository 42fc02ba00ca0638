/* Newest first. */
#include "application/queries/webhooks/list_webhook_deliveries/query.h"

static const char *state_complaint(str name);

SCHEMA(list_webhook_deliveries, FIELD(list_webhook_deliveries, id, .flags = KEY | REQUIRED),
       FIELD_EMBED_OF(list_webhook_deliveries, page, paged_query),
       FIELD(list_webhook_deliveries, state, .check = state_complaint,
             .doc = "Only in that state: pending, delivered, failed"),
       FIELD(list_webhook_deliveries, event_type, .max = WEBHOOK_EVENT_SIZE_MAX,
             .doc = "Only of that event"));
SCHEMA(list_webhook_deliveries_result,
       FIELD_LIST_OF(list_webhook_deliveries_result, items, webhook_delivery),
       FIELD_EMBED_OF(list_webhook_deliveries_result, page, paged_result));

static const char *state_complaint(str name)
{
    return name_number(webhook_delivery_state_names, name).is_set ? NULL
                                                                  : "is no state of a delivery";
}

static err list_webhook_deliveries_handle(struct query_ctx *ctx,
                                          const struct list_webhook_deliveries *query,
                                          struct list_webhook_deliveries_result *out)
{
    struct webhook webhook;
    int64_t total;
    TRY(webhook_reader_get(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key,
                           query->id, &webhook));
    const struct webhook_delivery_filter filter = {
        .organization_key = webhook.organization_key,
        .webhook_key = webhook.key,
        .state = name_number(webhook_delivery_state_names, query->state),
        .event_type = query->event_type,
        .offset = paged_query_offset(&query->page),
        .limit = paged_query_size(&query->page)};
    TRY(webhook_reader_find_deliveries(ctx->readers->webhooks, ctx->arena, &filter, &out->items,
                                       &total));
    out->page = paged_result_of(&query->page, total, STR_NONE);
    return OK;
}
QUERY(list_webhook_deliveries, .needs = WRITE_WEBHOOKS,
      .doc = "What was sent to a webhook, or waits to be");
