/* There are new notifications; whoever waits for them looks. */
#ifndef APPLICATION_EVENTS_NOTIFICATIONS_MADE_H
#define APPLICATION_EVENTS_NOTIFICATIONS_MADE_H

#include "core/event_interface.h"

struct notifications_made {
    int64_t count;
};
DECLARE_EVENT(notifications_made);

#endif
