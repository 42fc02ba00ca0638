/* All events there are, and who hears which. */
#ifndef APPLICATION_EVENTS_SUBSCRIPTIONS_H
#define APPLICATION_EVENTS_SUBSCRIPTIONS_H

#include "core/event_handler.h"

extern const struct event_type *const event_types[];
extern const size_t event_type_count;

extern const struct subscription subscriptions[];
extern const size_t subscription_count;

/* The names of the subscribers, each once, in the order of the table. NULL: there are no more. */
const char *subscriber_name(size_t number);
/* What the subscriber does when it hears the event; NULL: nothing. */
const struct use_case *subscribed(const char *subscriber, str event_type);

#endif
