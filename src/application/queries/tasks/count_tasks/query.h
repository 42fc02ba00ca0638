/* How many tasks there are of each kind and state, for metrics. */
#ifndef APPLICATION_QUERIES_TASKS_COUNT_TASKS_QUERY_H
#define APPLICATION_QUERIES_TASKS_COUNT_TASKS_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/task.h"

struct count_tasks {
    EMPTY_STRUCT;
};
struct count_tasks_result {
    struct task_count_slice items;
};
DECLARE_USE_CASE(count_tasks);

#endif
