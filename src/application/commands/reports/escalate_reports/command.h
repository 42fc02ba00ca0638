/* Tell again of critical results that nobody has acknowledged in time. */
#ifndef APPLICATION_COMMANDS_REPORTS_ESCALATE_REPORTS_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_ESCALATE_REPORTS_COMMAND_H

#include "application/models/report_writing.h"

enum { ESCALATED_COUNT_MAX = 100 };

struct escalate_reports {
    EMPTY_STRUCT;
};
struct escalate_reports_result {
    int64_t critical_count;
    bool has_more; /* perhaps */
};
DECLARE_USE_CASE(escalate_reports);

#endif
