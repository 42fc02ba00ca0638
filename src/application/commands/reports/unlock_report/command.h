/* Let others write a report again. */
#ifndef APPLICATION_COMMANDS_REPORTS_UNLOCK_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_UNLOCK_REPORT_COMMAND_H

#include "application/models/report_writing.h"

struct unlock_report {
    uuid id;
};
struct unlock_report_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(unlock_report);

#endif
