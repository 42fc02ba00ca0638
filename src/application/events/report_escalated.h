/* Nobody has acknowledged a critical result in time. */
#ifndef APPLICATION_EVENTS_REPORT_ESCALATED_H
#define APPLICATION_EVENTS_REPORT_ESCALATED_H

#include "core/event_interface.h"

struct report_escalated {
    uuid report_id;
    uuid critical_id;
    uuid study_id;
    uuid flagged_by;
    uuid recipient_id;
    int64_t escalation_count;
};
DECLARE_EVENT(report_escalated);

#endif
