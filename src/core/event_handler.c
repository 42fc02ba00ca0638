/* Schema of the envelope. */
#include "core/event_handler.h"

SCHEMA(event_envelope, FIELD(event_envelope, event_type), FIELD(event_envelope, event_sequence),
       FIELD(event_envelope, event_aggregate), FIELD(event_envelope, event_time),
       FIELD(event_envelope, event_payload));
