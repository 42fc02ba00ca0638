/* How many deliveries wait and have failed, for metrics. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_COUNT_WEBHOOK_DELIVERIES_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_COUNT_WEBHOOK_DELIVERIES_QUERY_H

#include "application/models/base_model.h"

struct count_webhook_deliveries {
    EMPTY_STRUCT;
};
struct count_webhook_deliveries_result {
    int64_t pending, failed;
    instant oldest_at; /* unset: none waits */
};
DECLARE_USE_CASE(count_webhook_deliveries);

#endif
