/* Keep others from writing a report, for a while: said again while one writes. */
#ifndef APPLICATION_COMMANDS_REPORTS_LOCK_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_LOCK_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct lock_report {
    uuid id;
};
struct lock_report_result {
    struct report_lock lock;
};
DECLARE_USE_CASE(lock_report);

#endif
