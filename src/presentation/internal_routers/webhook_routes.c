/* Webhooks of the organization; the same on both APIs. */
#include "application/commands/webhooks/create_webhook/command.h"
#include "application/commands/webhooks/delete_webhook/command.h"
#include "application/commands/webhooks/redeliver_webhook/command.h"
#include "application/commands/webhooks/rotate_webhook_secret/command.h"
#include "application/commands/webhooks/test_webhook/command.h"
#include "application/commands/webhooks/update_webhook/command.h"
#include "application/queries/webhooks/get_webhook/query.h"
#include "application/queries/webhooks/get_webhook_delivery/query.h"
#include "application/queries/webhooks/list_webhook_deliveries/query.h"
#include "application/queries/webhooks/list_webhook_events/query.h"
#include "application/queries/webhooks/list_webhooks/query.h"
#include "presentation/internal_routers/routers.h"

#define TAG .tag = "webhooks"

const struct route webhook_routes[] = {
    {"GET", "/webhooks", &list_webhooks_use_case, TAG},
    {"POST", "/webhooks", &create_webhook_use_case, .body = HTTP_BODY_BUFFERED, .success = 201,
     TAG},
    {"GET", "/webhooks/events", &list_webhook_events_use_case, TAG},
    {"GET", "/webhooks/{id}", &get_webhook_use_case, TAG},
    {"PATCH", "/webhooks/{id}", &update_webhook_use_case, .body = HTTP_BODY_BUFFERED, TAG},
    {"DELETE", "/webhooks/{id}", &delete_webhook_use_case, .success = 204, TAG},
    {"POST", "/webhooks/{id}/rotate-secret", &rotate_webhook_secret_use_case,
     .body = HTTP_BODY_BUFFERED, TAG},
    {"POST", "/webhooks/{id}/test", &test_webhook_use_case, .success = 202, TAG},
    {"GET", "/webhooks/{id}/deliveries", &list_webhook_deliveries_use_case, TAG},
    {"GET", "/webhook-deliveries/{id}", &get_webhook_delivery_use_case, TAG},
    {"POST", "/webhook-deliveries/{id}/redeliver", &redeliver_webhook_use_case, .success = 202,
     TAG},
};
const size_t webhook_route_count = COUNT_OF(webhook_routes);
