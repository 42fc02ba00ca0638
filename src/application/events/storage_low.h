/* There is so little room where objects are kept that nothing new is taken. */
#ifndef APPLICATION_EVENTS_STORAGE_LOW_H
#define APPLICATION_EVENTS_STORAGE_LOW_H

#include "core/event_interface.h"

struct storage_low {
    str node; /* who saw it */
};
DECLARE_EVENT(storage_low);

#endif
