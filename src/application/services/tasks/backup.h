/* Backs the whole installation up, for its first organization alone. */
#ifndef APPLICATION_SERVICES_TASKS_BACKUP_H
#define APPLICATION_SERVICES_TASKS_BACKUP_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind backup_kind;

#endif
