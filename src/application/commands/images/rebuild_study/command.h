/* Have all that was derived from a study's instances derived from their bytes again. */
#ifndef APPLICATION_COMMANDS_IMAGES_REBUILD_STUDY_COMMAND_H
#define APPLICATION_COMMANDS_IMAGES_REBUILD_STUDY_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct rebuild_study {
    uuid id;
};
struct rebuild_study_result {
    struct task_view task;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(rebuild_study);

#endif
