/* Another key to sign access tokens with. */
#ifndef APPLICATION_SERVICES_TASKS_ROTATE_KEYS_H
#define APPLICATION_SERVICES_TASKS_ROTATE_KEYS_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind rotate_signing_keys_kind;

#endif
