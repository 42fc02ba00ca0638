/* Try a task again that failed or was cancelled. */
#ifndef APPLICATION_COMMANDS_TASKS_RETRY_TASK_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_RETRY_TASK_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct retry_task {
    uuid id;
};
struct retry_task_result {
    struct task_view task;
};
/* Errors: NOT_FOUND, CONFLICT. */
DECLARE_USE_CASE(retry_task);

#endif
