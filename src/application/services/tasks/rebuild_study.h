/* A task: what was derived from a study's instances (attributes, metadata, frame tables) is derived
 * from their bytes again. For studies that an older program stored, or whose rows are in doubt. */
#ifndef APPLICATION_SERVICES_TASKS_REBUILD_STUDY_H
#define APPLICATION_SERVICES_TASKS_REBUILD_STUDY_H

#include "application/services/tasks/task_kind.h"

struct rebuild_study_parameters {
    uuid study_id;
};
DECLARE_SCHEMA(rebuild_study_parameters);
extern const struct task_kind rebuild_study_kind;

#endif
