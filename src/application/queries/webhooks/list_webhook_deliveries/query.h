/* What was sent to a webhook, or waits to be. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOK_DELIVERIES_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOK_DELIVERIES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_query.h"
#include "core/paged_result.h"

struct list_webhook_deliveries {
    uuid id; /* of the webhook */
    struct paged_query page;
    str state; /* of webhook_delivery_state_names; absent: all */
    str event_type;
};
struct list_webhook_deliveries_result {
    struct webhook_delivery_slice items;
    struct paged_result page;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(list_webhook_deliveries);

#endif
