/* Somebody has heard of a critical finding. */
#ifndef APPLICATION_EVENTS_REPORT_ACKNOWLEDGED_H
#define APPLICATION_EVENTS_REPORT_ACKNOWLEDGED_H

#include "core/event_interface.h"

struct report_acknowledged {
    uuid report_id;
    uuid critical_id;
    uuid study_id;
    uuid acknowledged_by;
    uuid flagged_by;
};
DECLARE_EVENT(report_acknowledged);

#endif
