/* Take the lock of a report from whoever has it. */
#ifndef APPLICATION_COMMANDS_REPORTS_TAKE_OVER_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_TAKE_OVER_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct take_over_report {
    uuid id;
    str reason;
};
struct take_over_report_result {
    struct report_lock lock;
};
DECLARE_USE_CASE(take_over_report);

#endif
