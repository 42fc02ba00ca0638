/* Queue the tasks of the schedules whose time has come. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_RUN_DUE_SCHEDULES_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_RUN_DUE_SCHEDULES_COMMAND_H

#include "application/models/base_model.h"

enum { DUE_SCHEDULE_COUNT_MAX = 50 }; /* in one unit of work */

struct run_due_schedules {
    EMPTY_STRUCT;
};
struct run_due_schedules_result {
    int64_t due_count;
};
DECLARE_USE_CASE(run_due_schedules);

#endif
