/* What an organization stores has reached 80 or 95 percent of what it may. */
#ifndef APPLICATION_EVENTS_STORAGE_QUOTA_REACHED_H
#define APPLICATION_EVENTS_STORAGE_QUOTA_REACHED_H

#include "core/event_interface.h"

struct storage_quota_reached {
    str percent;
    int64_t quota_size, used_size;
};
DECLARE_EVENT(storage_quota_reached);

#endif
