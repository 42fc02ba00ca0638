/* Schema of the event. */
#include "application/events/task_failed.h"

SCHEMA(task_failed, FIELD(task_failed, task_id), FIELD(task_failed, kind),
       FIELD(task_failed, created_by), FIELD(task_failed, subject_id));
EVENT(task_failed, .doc = "A task failed for good");
