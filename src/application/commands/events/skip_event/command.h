/* Leave out the one event that a subscriber cannot take, so that it hears the others. */
#ifndef APPLICATION_COMMANDS_EVENTS_SKIP_EVENT_COMMAND_H
#define APPLICATION_COMMANDS_EVENTS_SKIP_EVENT_COMMAND_H

#include "application/models/base_model.h"

struct skip_event {
    str subscriber;
    str reason; /* in words */
};
struct skip_event_result {
    int64_t position; /* key of the event that was left out; 0: there is none any more */
    str event_type;
};
/* Errors: PRECONDITION_FAILED (somebody else is at work on them). */
DECLARE_USE_CASE(skip_event);

#endif
