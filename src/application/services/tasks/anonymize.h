/* Makes de-identified copies of studies, in the same organization. */
#ifndef APPLICATION_SERVICES_TASKS_ANONYMIZE_H
#define APPLICATION_SERVICES_TASKS_ANONYMIZE_H

#include "application/services/tasks/task_kind.h"

struct anonymize_parameters {
    uuid project_id;
    struct str_slice studies;
};
DECLARE_SCHEMA(anonymize_parameters);

extern const struct task_kind anonymize_kind;

#endif
