/* Queue the task of a schedule now, whenever it would come next. */
#ifndef APPLICATION_COMMANDS_SCHEDULES_RUN_SCHEDULE_COMMAND_H
#define APPLICATION_COMMANDS_SCHEDULES_RUN_SCHEDULE_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct run_schedule {
    uuid id;
};
struct run_schedule_result {
    struct task_view task;
};
/* Errors: NOT_FOUND, CONFLICT (its task before has not ended). */
DECLARE_USE_CASE(run_schedule);

#endif
