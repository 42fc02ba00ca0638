/* Tell webhooks of an event; heard with each event that they can be told of. */
#ifndef APPLICATION_COMMANDS_WEBHOOKS_QUEUE_WEBHOOKS_COMMAND_H
#define APPLICATION_COMMANDS_WEBHOOKS_QUEUE_WEBHOOKS_COMMAND_H

#include "application/models/base_model.h"
#include "core/event_handler.h"

struct queue_webhooks {
    struct event_envelope event;
};
struct queue_webhooks_result {
    int64_t count; /* of deliveries */
};
DECLARE_USE_CASE(queue_webhooks);

#endif
