/* Take back a report that was signed. */
#ifndef APPLICATION_COMMANDS_REPORTS_RETRACT_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_RETRACT_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct retract_report {
    uuid id;
    int64_t if_match;
    str reason;
    str password;
    str otp;
};
struct retract_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(retract_report);

#endif
