/* Take the next task that is due, for a worker. */
#ifndef APPLICATION_COMMANDS_TASKS_CLAIM_TASK_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_CLAIM_TASK_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/task.h"

struct claim_task {
    str worker;
    int64_t lease_seconds;
    bool is_delivery; /* of those kinds, or of the others */
};
struct claim_task_result {
    bool is_claimed;  /* false: there is none */
    bool is_given_up; /* one was due whose workers never came back; it has failed */
    struct task task;
};
DECLARE_USE_CASE(claim_task);

#endif
