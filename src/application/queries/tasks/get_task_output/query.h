/* The file that a task made. */
#ifndef APPLICATION_QUERIES_TASKS_GET_TASK_OUTPUT_QUERY_H
#define APPLICATION_QUERIES_TASKS_GET_TASK_OUTPUT_QUERY_H

#include "application/models/base_model.h"

struct get_task_output {
    uuid id;
};
struct get_task_output_result {
    str object_name, name, type;
    int64_t size;
};
/* Errors: NOT_FOUND (also: it made none, or one of what whoever asks may not download any more),
 * GONE (TASK_OUTPUT_KEPT_SECONDS have passed). */
DECLARE_USE_CASE(get_task_output);

#endif
