/* A report that was signed was taken back. */
#ifndef APPLICATION_EVENTS_REPORT_RETRACTED_H
#define APPLICATION_EVENTS_REPORT_RETRACTED_H

#include "core/event_interface.h"

struct report_retracted {
    uuid report_id;
    uuid study_id;
    uuid closed_by;
};
DECLARE_EVENT(report_retracted);

#endif
