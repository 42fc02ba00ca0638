/* There is room where objects are kept again, after there was little or none. */
#ifndef APPLICATION_EVENTS_STORAGE_OK_H
#define APPLICATION_EVENTS_STORAGE_OK_H

#include "core/event_interface.h"

struct storage_ok {
    str node;                        /* who saw it */
    int64_t free_size, reserve_size; /* bytes */
};
DECLARE_EVENT(storage_ok);

#endif
