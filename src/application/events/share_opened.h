/* Somebody opened a share by its link. */
#ifndef APPLICATION_EVENTS_SHARE_OPENED_H
#define APPLICATION_EVENTS_SHARE_OPENED_H

#include "core/event_interface.h"

struct share_opened {
    uuid share_id, visit_id;
};
DECLARE_EVENT(share_opened);

#endif
