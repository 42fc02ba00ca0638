/* Schema of the event. */
#include "application/events/task_succeeded.h"

SCHEMA(task_succeeded, FIELD(task_succeeded, task_id), FIELD(task_succeeded, kind),
       FIELD(task_succeeded, created_by), FIELD(task_succeeded, subject_id));
EVENT(task_succeeded, .doc = "A task was done");
