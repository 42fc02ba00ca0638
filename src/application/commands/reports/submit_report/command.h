/* A draft becomes a preliminary report. */
#ifndef APPLICATION_COMMANDS_REPORTS_SUBMIT_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_SUBMIT_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct submit_report {
    uuid id;
    int64_t if_match;
};
struct submit_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(submit_report);

#endif
