/* How far a task is, for the task itself. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_READ_TASK_REPORT_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_READ_TASK_REPORT_QUERY_H

#include "application/models/base_model.h"

struct read_task_report {
    int64_t task_key;
};
struct read_task_report_result {
    str body; /* JSON; empty: it has not begun */
};
DECLARE_USE_CASE(read_task_report);

#endif
