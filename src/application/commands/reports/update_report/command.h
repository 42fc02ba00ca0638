/* Change the version of a report that is being written. What is absent stays. */
#ifndef APPLICATION_COMMANDS_REPORTS_UPDATE_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_UPDATE_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct update_report {
    uuid id;
    int64_t if_match;
    struct report_text text;
};
struct update_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(update_report);

#endif
