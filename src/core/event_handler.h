/* struct subscription: who hears an event. The worker reads the outbox in order and sends the
 * subscribed command with the event's payload as its request, read by the command's own schema. A
 * visible table, no registration. */
#ifndef CORE_EVENT_HANDLER_H
#define CORE_EVENT_HANDLER_H

#include "core/event_interface.h"
#include "core/request_interface.h"

struct subscription {
    const struct event_type *event;
    const struct use_case *send;
};

#endif
