/* A study came in: instances of it, and then nothing for a while. Told again when more of it comes
 * later. */
#ifndef APPLICATION_EVENTS_STUDY_RECEIVED_H
#define APPLICATION_EVENTS_STUDY_RECEIVED_H

#include "core/event_interface.h"

struct study_received {
    uuid study_id;
    int64_t instance_count; /* that came since it was told of before */
    bool is_more;           /* there was a part of it already */
};
DECLARE_EVENT(study_received);

#endif
