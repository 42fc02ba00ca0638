/* struct event_type: a fact of the domain, told after the change it belongs to is durable. Its
 * payload is a struct with a schema; it is written to the outbox in the transaction that made it
 * true. */
#ifndef CORE_EVENT_INTERFACE_H
#define CORE_EVENT_INTERFACE_H

#include "base/schema.h"

struct event_type {
    const char *name; /* "study_received": stable, stored */
    const char *doc;
    const struct schema *payload;
    bool is_brief;       /* comes in great numbers: goes once all who hear it have heard it */
    const char *channel; /* where whoever acts on it at once is told of it; NULL: nobody does */
};

#define DECLARE_EVENT(T_)                                                                          \
    DECLARE_SCHEMA(T_);                                                                            \
    extern const struct event_type T_##_event
#define EVENT(T_, ...)                                                                             \
    const struct event_type T_##_event = {.name = #T_, .payload = &T_##_schema, __VA_ARGS__}

#endif
