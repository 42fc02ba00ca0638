/* Begin an addendum to a signed report, whose text stays. */
#ifndef APPLICATION_COMMANDS_REPORTS_ADD_REPORT_ADDENDUM_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_ADD_REPORT_ADDENDUM_COMMAND_H

#include "application/models/report_revision.h"

struct add_report_addendum {
    uuid id;
    int64_t if_match;
    str reason;
    str text;
};
struct add_report_addendum_result {
    struct report_view report;
};
DECLARE_USE_CASE(add_report_addendum);

#endif
