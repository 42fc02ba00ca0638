/* struct subscription: who hears an event. The worker reads the outbox in order and sends the
 * subscribed command with the event's payload as its request, read by the command's own schema:
 * what the command does not know of the payload is left out. A command whose request embeds struct
 * event_envelope is told of the event as well. A visible table, no registration. */
#ifndef CORE_EVENT_HANDLER_H
#define CORE_EVENT_HANDLER_H

#include "core/event_interface.h"
#include "core/request_interface.h"

struct subscription {
    const char
        *subscriber; /* stable, kept with its position: those of one name are told in order */
    const struct event_type *event;
    const struct use_case *send; /* a command */
};

struct event_envelope {
    str event_type;
    int64_t event_sequence; /* grows with the order in which events became true */
    uuid event_aggregate;
    instant event_time;
    str event_payload; /* JSON, with what is internal in it */
};
DECLARE_SCHEMA(event_envelope);

#endif
