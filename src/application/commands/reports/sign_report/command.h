/* Sign the version of a report that is being written. */
#ifndef APPLICATION_COMMANDS_REPORTS_SIGN_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_SIGN_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct sign_report {
    uuid id;
    int64_t if_match;
    str password;
    str otp;
    str meaning;
};
struct sign_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(sign_report);

#endif
