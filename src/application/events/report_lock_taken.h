/* Somebody took over a report that somebody else was writing. */
#ifndef APPLICATION_EVENTS_REPORT_LOCK_TAKEN_H
#define APPLICATION_EVENTS_REPORT_LOCK_TAKEN_H

#include "core/event_interface.h"

struct report_lock_taken {
    uuid report_id;
    uuid study_id;
    uuid holder_id;
    uuid taken_from;
    str reason;
};
DECLARE_EVENT(report_lock_taken);

#endif
