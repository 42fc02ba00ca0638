/* Mails what has waited for the end of quiet hours or for the next digest. */
#ifndef APPLICATION_SERVICES_TASKS_SEND_DIGESTS_H
#define APPLICATION_SERVICES_TASKS_SEND_DIGESTS_H

#include "application/services/tasks/task_kind.h"

extern const struct task_kind send_digests_kind;

#endif
