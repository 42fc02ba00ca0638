/* The webhooks of the organization. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOKS_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOKS_QUERY_H

#include "application/models/base_model.h"
#include "application/services/webhook_service.h"

struct list_webhooks {
    EMPTY_STRUCT;
};
struct list_webhooks_result {
    struct webhook_view_slice items;
};
DECLARE_USE_CASE(list_webhooks);

#endif
