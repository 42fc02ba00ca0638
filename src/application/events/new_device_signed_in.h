/* Somebody signed in with a device that had not been seen with their account. */
#ifndef APPLICATION_EVENTS_NEW_DEVICE_SIGNED_IN_H
#define APPLICATION_EVENTS_NEW_DEVICE_SIGNED_IN_H

#include "core/event_interface.h"

struct new_device_signed_in {
    uuid user_id, session_id;
    str device; /* as the client called itself; may be absent */
    str peer_address;
};
DECLARE_EVENT(new_device_signed_in);

#endif
