/* Remove the events that all who hear them have heard, those of great numbers at once and the
 * others after a week. */
#ifndef APPLICATION_COMMANDS_EVENTS_PURGE_EVENTS_COMMAND_H
#define APPLICATION_COMMANDS_EVENTS_PURGE_EVENTS_COMMAND_H

#include "application/models/base_model.h"

enum { EVENT_KEPT_SECONDS = 7 * 24 * 60 * 60, PURGED_EVENT_COUNT_MAX = 10000 };

struct purge_events {
    EMPTY_STRUCT;
};
struct purge_events_result {
    int64_t event_count;
};
DECLARE_USE_CASE(purge_events);

#endif
