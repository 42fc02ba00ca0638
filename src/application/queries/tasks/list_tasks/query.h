/* The tasks of the caller, or of the organization. */
#ifndef APPLICATION_QUERIES_TASKS_LIST_TASKS_QUERY_H
#define APPLICATION_QUERIES_TASKS_LIST_TASKS_QUERY_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_tasks {
    struct paged_query page;
    struct searchable_query search;
    str state; /* of task_state_names; absent: all */
    str kind;
    uuid subject_id;
};
struct list_tasks_result {
    struct task_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_tasks);

#endif
