/* There is little room left where objects are kept: soon nothing new is taken. */
#ifndef APPLICATION_EVENTS_STORAGE_LOW_H
#define APPLICATION_EVENTS_STORAGE_LOW_H

#include "core/event_interface.h"

struct storage_low {
    str node;                        /* who saw it */
    int64_t free_size, reserve_size; /* bytes */
};
DECLARE_EVENT(storage_low);

#endif
