/* All kinds of tasks there are. */
#ifndef APPLICATION_SERVICES_TASKS_KINDS_H
#define APPLICATION_SERVICES_TASKS_KINDS_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kinds task_kinds;

#endif
