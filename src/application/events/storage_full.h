/* There is so little room where objects are kept that nothing new is taken. */
#ifndef APPLICATION_EVENTS_STORAGE_FULL_H
#define APPLICATION_EVENTS_STORAGE_FULL_H

#include "core/event_interface.h"

struct storage_full {
    str node;                        /* who saw it */
    int64_t free_size, reserve_size; /* bytes */
};
DECLARE_EVENT(storage_full);

#endif
