/* A task was done. */
#ifndef APPLICATION_EVENTS_TASK_SUCCEEDED_H
#define APPLICATION_EVENTS_TASK_SUCCEEDED_H

#include "core/event_interface.h"

struct task_succeeded {
    uuid task_id;
    str kind;
    uuid created_by, subject_id;
};
DECLARE_EVENT(task_succeeded);

#endif
