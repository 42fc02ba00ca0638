/* An instance is durable: its rows and bytes can be read. */
#ifndef APPLICATION_EVENTS_INSTANCE_STORED_H
#define APPLICATION_EVENTS_INSTANCE_STORED_H

#include "core/event_interface.h"

struct instance_stored {
    uuid study_id, series_id, instance_id;
};
DECLARE_EVENT(instance_stored);

#endif
