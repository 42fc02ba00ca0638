/* The table. */
#include "application/queries/webhooks/list_webhook_events/query.h"

#include "application/events/webhook_events.h"
#include "base/arena.h"

SCHEMA(webhook_event_view, FIELD(webhook_event_view, name, .example = "study.received"),
       FIELD(webhook_event_view, description));
SCHEMA_EMPTY(list_webhook_events);
SCHEMA(list_webhook_events_result,
       FIELD_LIST_OF(list_webhook_events_result, items, webhook_event_view));

static err list_webhook_events_handle(struct query_ctx *ctx,
                                      const struct list_webhook_events *query,
                                      struct list_webhook_events_result *out)
{
    (void)query;
    for (size_t i = 0; i < webhook_event_count; i++)
        *SLICE_PUSH(ctx->arena, &out->items) = (struct webhook_event_view){
            str_of(webhook_events[i].name), str_of(webhook_events[i].doc)};
    return OK;
}
QUERY(list_webhook_events, .needs = WRITE_WEBHOOKS, .doc = "What webhooks can be told of");
