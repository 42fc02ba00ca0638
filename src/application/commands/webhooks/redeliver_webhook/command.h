/* Send a delivery once more that was taken or has failed. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_REDELIVER_WEBHOOK_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_REDELIVER_WEBHOOK_COMMAND_H

#include "application/models/base_model.h"

struct redeliver_webhook {
    uuid id; /* of the delivery */
};
struct redeliver_webhook_result {
    struct webhook_delivery delivery;
};
/* Errors: NOT_FOUND, CONFLICT (it waits already, or its webhook is not active). */
DECLARE_USE_CASE(redeliver_webhook);

#endif
