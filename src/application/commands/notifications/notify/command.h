/* Tell whom it concerns of an event; heard with each event that people are told of. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_NOTIFY_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_NOTIFY_COMMAND_H

#include "application/models/base_model.h"
#include "core/event_handler.h"

struct notify {
    struct event_envelope event;
};
struct notify_result {
    int64_t count; /* of those who were told */
};
DECLARE_USE_CASE(notify);

#endif
