/* Begin an amendment of a signed report: another text that takes its place once it is signed. */
#ifndef APPLICATION_COMMANDS_REPORTS_AMEND_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_AMEND_REPORT_COMMAND_H

#include "application/models/report_revision.h"

struct amend_report {
    uuid id;
    int64_t if_match;
    str reason;
};
struct amend_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(amend_report);

#endif
