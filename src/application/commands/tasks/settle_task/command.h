/* Note what came of a task. */
#ifndef APPLICATION_COMMANDS_TASKS_SETTLE_TASK_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_SETTLE_TASK_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/task.h"

struct settle_task {
    int64_t task_key, fence;
    enum task_verdict verdict;
    str words; /* of what came of it, or went wrong */
    int64_t progress_done, progress_total;
    str progress_unit;
    str output_object, output_name, output_type;
    int64_t output_size;
};
struct settle_task_result {
    enum task_state state;
};
/* Errors: PRECONDITION_FAILED (somebody else has it), NOT_FOUND. */
DECLARE_USE_CASE(settle_task);

#endif
