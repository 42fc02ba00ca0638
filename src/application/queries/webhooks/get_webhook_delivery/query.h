/* A delivery, and what became of it. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_GET_WEBHOOK_DELIVERY_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_GET_WEBHOOK_DELIVERY_QUERY_H

#include "application/models/base_model.h"

struct get_webhook_delivery {
    uuid id;
};
struct get_webhook_delivery_result {
    struct webhook_delivery delivery;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_webhook_delivery);

#endif
