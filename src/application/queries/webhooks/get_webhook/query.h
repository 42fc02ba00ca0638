/* A webhook, and how sending to it goes. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_GET_WEBHOOK_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_GET_WEBHOOK_QUERY_H

#include "application/models/base_model.h"
#include "application/services/webhook_service.h"

struct get_webhook {
    uuid id;
};
struct get_webhook_result {
    struct webhook_view view;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_webhook);

#endif
