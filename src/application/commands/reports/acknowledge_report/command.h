/* Say that one has heard of a critical result. */
#ifndef APPLICATION_COMMANDS_REPORTS_ACKNOWLEDGE_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_ACKNOWLEDGE_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct acknowledge_report {
    uuid id;
};
struct acknowledge_report_result {
    struct critical_result critical;
};
DECLARE_USE_CASE(acknowledge_report);

#endif
