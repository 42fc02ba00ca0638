/* Tell a subscriber the events that come next for it. What it does and how far it is are one unit
 * of work: each event has its effect once, whatever happens in between. */
#ifndef APPLICATION_COMMANDS_EVENTS_DELIVER_EVENTS_COMMAND_H
#define APPLICATION_COMMANDS_EVENTS_DELIVER_EVENTS_COMMAND_H

#include "application/models/base_model.h"

enum { DELIVERED_EVENT_COUNT_MAX = 256 };

struct deliver_events {
    str subscriber; /* of the table of subscriptions */
    int64_t limit;  /* events looked at */
};
struct deliver_events_result {
    int64_t position;        /* key of the last event that is done with */
    int64_t delivered_count; /* events that it hears */
    bool has_more;           /* perhaps */
};
/* Errors: PRECONDITION_FAILED (somebody else is at work on them), and those of the subscribed
 * command: then none of them is done with. */
DECLARE_USE_CASE(deliver_events);

#endif
