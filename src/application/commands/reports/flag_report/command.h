/* Tell of a critical result in a report. */
#ifndef APPLICATION_COMMANDS_REPORTS_FLAG_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_FLAG_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct flag_report {
    uuid id;
    str finding;
    uuid recipient_id;
    int64_t acknowledge_minutes;
};
struct flag_report_result {
    struct critical_result critical;
};
DECLARE_USE_CASE(flag_report);

#endif
