/* Schema of the event. */
#include "application/events/task_queued.h"

SCHEMA(task_queued, FIELD(task_queued, task_id));
EVENT(task_queued, .doc = "There is a task to be done", .channel = TASK_CHANNEL, .is_brief = true);
