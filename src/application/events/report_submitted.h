/* A report can be read, and is not signed yet. */
#ifndef APPLICATION_EVENTS_REPORT_SUBMITTED_H
#define APPLICATION_EVENTS_REPORT_SUBMITTED_H

#include "core/event_interface.h"

struct report_submitted {
    uuid report_id;
    uuid study_id;
    uuid author_id;
};
DECLARE_EVENT(report_submitted);

#endif
