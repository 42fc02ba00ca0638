/* Remember how far a task is. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_SAVE_TASK_REPORT_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_SAVE_TASK_REPORT_COMMAND_H

#include "application/models/base_model.h"

struct save_task_report {
    int64_t task_key, fence;
    str body;
};
struct save_task_report_result {
    EMPTY_STRUCT;
};
/* Errors: PRECONDITION_FAILED (somebody else has the task). */
DECLARE_USE_CASE(save_task_report);

#endif
