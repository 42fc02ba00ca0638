/* What webhooks can be told of. */
#ifndef APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOK_EVENTS_QUERY_H
#define APPLICATION_QUERIES_WEBHOOKS_LIST_WEBHOOK_EVENTS_QUERY_H

#include "application/models/base_model.h"

struct webhook_event_view {
    str name, description;
};
DECLARE_SCHEMA(webhook_event_view);
SLICE(webhook_event_view);

struct list_webhook_events {
    EMPTY_STRUCT;
};
struct list_webhook_events_result {
    struct webhook_event_view_slice items;
};
DECLARE_USE_CASE(list_webhook_events);

#endif
