/* Have studies written into an archive. */
#ifndef APPLICATION_COMMANDS_TASKS_CREATE_EXPORT_COMMAND_H
#define APPLICATION_COMMANDS_TASKS_CREATE_EXPORT_COMMAND_H

#include "application/models/base_model.h"
#include "application/models/task_view.h"
#include "application/services/tasks/export_studies.h"

struct create_export {
    struct str_slice studies;
    enum export_format format;
    opt_bool with_dicomdir; /* absent: with one */
    str folder;             /* absent: it is kept, to be downloaded */
};
struct create_export_result {
    struct task_view task;
};
/* Errors: NOT_FOUND (a study that may not be downloaded), FORBIDDEN (not a person; a folder, for
 * whoever does not look after the organization), TOO_LARGE. */
DECLARE_USE_CASE(create_export);

#endif
