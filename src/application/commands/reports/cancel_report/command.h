/* Give up what is being written: a report that was never signed is cancelled, a version behind a
 * signed one goes. */
#ifndef APPLICATION_COMMANDS_REPORTS_CANCEL_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_CANCEL_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct cancel_report {
    uuid id;
    int64_t if_match;
    str reason;
};
struct cancel_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(cancel_report);

#endif
