/* Removes what has expired. */
#ifndef APPLICATION_SERVICES_TASKS_CLEAN_UP_H
#define APPLICATION_SERVICES_TASKS_CLEAN_UP_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind clean_up_kind;

#endif
