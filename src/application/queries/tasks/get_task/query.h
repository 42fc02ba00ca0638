/* A task, and how far it is. */
#ifndef APPLICATION_QUERIES_TASKS_GET_TASK_QUERY_H
#define APPLICATION_QUERIES_TASKS_GET_TASK_QUERY_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct get_task {
    uuid id;
};
struct get_task_result {
    struct task_view task;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_task);

#endif
