/* A report that was signed before was signed again: amended, or with an addendum. */
#ifndef APPLICATION_EVENTS_REPORT_AMENDED_H
#define APPLICATION_EVENTS_REPORT_AMENDED_H

#include "core/event_interface.h"

struct report_amended {
    uuid report_id;
    uuid version_id;
    int64_t number;
    str kind;
    uuid study_id;
    uuid signer_id;
};
DECLARE_EVENT(report_amended);

#endif
