/* Have the files of a folder stored. */
#ifndef APPLICATION_COMMANDS_TASKS_CREATE_IMPORT_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_CREATE_IMPORT_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"

struct create_import {
    str path;
};
struct create_import_result {
    struct task_view task;
};
/* Errors: FORBIDDEN (not a person), INVALID (a path that is none; no root is set). */
DECLARE_USE_CASE(create_import);

#endif
