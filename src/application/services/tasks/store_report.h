/* A task: a version of a report that was signed is stored into its study as documents. */
#ifndef APPLICATION_SERVICES_TASKS_STORE_REPORT_H
#define APPLICATION_SERVICES_TASKS_STORE_REPORT_H

#include "application/services/tasks/task_kind.h"

struct store_report_parameters {
    uuid report_id;
    int64_t number; /* of the version */
};
DECLARE_SCHEMA(store_report_parameters);
extern const struct task_kind store_report_kind;

#endif
