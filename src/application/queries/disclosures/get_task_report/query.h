/* What a task has done instance by instance. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_GET_TASK_REPORT_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_GET_TASK_REPORT_QUERY_H

#include "application/models/task_report_body.h"

struct get_task_report {
    uuid id;
};
struct get_task_report_result {
    struct task_report_body report;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_task_report);

#endif
