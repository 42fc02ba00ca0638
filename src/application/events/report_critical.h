/* A report tells of a critical result. */
#ifndef APPLICATION_EVENTS_REPORT_CRITICAL_H
#define APPLICATION_EVENTS_REPORT_CRITICAL_H

#include "core/event_interface.h"

struct report_critical {
    uuid report_id;
    uuid critical_id;
    uuid study_id;
    uuid flagged_by;
    uuid recipient_id;
    int64_t escalation_count;
};
DECLARE_EVENT(report_critical);

#endif
