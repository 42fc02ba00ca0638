/* There is a task to be done. */
#ifndef APPLICATION_EVENTS_TASK_QUEUED_H
#define APPLICATION_EVENTS_TASK_QUEUED_H

#include "core/event_interface.h"

/* Told on the message bus once it is committed, so that it is done at once. */
#define TASK_CHANNEL "tasks"

struct task_queued {
    uuid task_id;
};
DECLARE_EVENT(task_queued);

#endif
