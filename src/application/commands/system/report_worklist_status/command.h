/* Tell all who have subscribed that the server starts or ends (SCP Status Change, PS3.4 CC.2.4.3).
 */
#ifndef APPLICATION_COMMANDS_SYSTEM_REPORT_WORKLIST_STATUS_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_REPORT_WORKLIST_STATUS_COMMAND_H

#include "application/services/worklist_service.h"

struct report_worklist_status {
    bool is_going_down;
};
struct report_worklist_status_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(report_worklist_status);

#endif
