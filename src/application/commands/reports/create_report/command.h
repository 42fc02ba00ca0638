/* Begin a report on a study. */
#ifndef APPLICATION_COMMANDS_REPORTS_CREATE_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_CREATE_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct create_report {
    uuid id;
    struct report_text text;
    uuid template_id;
    bool is_preliminary;
};
struct create_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(create_report);

#endif
