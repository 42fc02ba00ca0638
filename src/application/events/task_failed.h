/* A task failed for good. */
#ifndef APPLICATION_EVENTS_TASK_FAILED_H
#define APPLICATION_EVENTS_TASK_FAILED_H

#include "core/event_interface.h"

struct task_failed {
    uuid task_id;
    str kind;
    uuid created_by, subject_id;
};
DECLARE_EVENT(task_failed);

#endif
