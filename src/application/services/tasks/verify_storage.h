/* Reads every object of an organization, and compares it with its hash. */
#ifndef APPLICATION_SERVICES_TASKS_VERIFY_STORAGE_H
#define APPLICATION_SERVICES_TASKS_VERIFY_STORAGE_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind verify_storage_kind;

#endif
