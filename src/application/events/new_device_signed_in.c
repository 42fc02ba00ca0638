/* Schema of the event. */
#include "application/events/new_device_signed_in.h"

SCHEMA(new_device_signed_in, FIELD(new_device_signed_in, user_id),
       FIELD(new_device_signed_in, session_id), FIELD(new_device_signed_in, device),
       FIELD(new_device_signed_in, peer_address));
EVENT(new_device_signed_in, .doc = "A sign-in with a device not seen before");
