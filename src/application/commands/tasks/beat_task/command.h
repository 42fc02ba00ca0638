/* Renew the lease of a task, and note how far it is. */
#ifndef APPLICATION_COMMANDS_TASKS_BEAT_TASK_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_BEAT_TASK_COMMAND_H

#include "application/models/base_model.h"

struct beat_task {
    int64_t task_key, fence;
    int64_t lease_seconds;
    int64_t progress_done, progress_total;
    str progress_unit, stage;
};
struct beat_task_result {
    bool is_cancel_requested;
};
/* Errors: PRECONDITION_FAILED (it has ended, or somebody else has it), NOT_FOUND. */
DECLARE_USE_CASE(beat_task);

#endif
