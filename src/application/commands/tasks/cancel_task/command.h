/* Cancel a task. */
#ifndef APPLICATION_COMMANDS_TASKS_CANCEL_TASK_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_CANCEL_TASK_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct cancel_task {
    uuid id;
};
struct cancel_task_result {
    struct task_view task;
};
/* Errors: NOT_FOUND, CONFLICT. */
DECLARE_USE_CASE(cancel_task);

#endif
