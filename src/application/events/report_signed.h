/* A version of a report was signed, the first or a later one. */
#ifndef APPLICATION_EVENTS_REPORT_SIGNED_H
#define APPLICATION_EVENTS_REPORT_SIGNED_H

#include "core/event_interface.h"

struct report_signed {
    uuid report_id;
    uuid version_id;
    int64_t number;
    str kind;
    uuid study_id;
    uuid signer_id;
};
DECLARE_EVENT(report_signed);

#endif
