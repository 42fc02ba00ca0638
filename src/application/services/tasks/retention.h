/* Moves to the trash what the rules of retention are about. */
#ifndef APPLICATION_SERVICES_TASKS_RETENTION_H
#define APPLICATION_SERVICES_TASKS_RETENTION_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind retention_kind;

#endif
