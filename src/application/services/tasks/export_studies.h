/* A task: studies are written into one archive, kept as the output of the task or written into a
 * folder (docs/TASKS.md). */
#ifndef APPLICATION_SERVICES_TASKS_EXPORT_STUDIES_H
#define APPLICATION_SERVICES_TASKS_EXPORT_STUDIES_H

#include "application/services/tasks/task_kind.h"
#include "base/uuid.h"

enum { EXPORT_STUDY_COUNT_MAX = 200, EXPORT_INSTANCE_COUNT_MAX = 100000 };

enum export_format { EXPORT_ZIP, EXPORT_TAR, EXPORT_FORMAT_COUNT };
extern const char *const export_format_names[]; /* NULL-terminated */

struct export_study {
    uuid id;
    str study_instance_uid;
};
DECLARE_SCHEMA(export_study);
SLICE(export_study);

struct export_parameters {
    struct export_study_slice studies;
    enum export_format format;
    bool without_dicomdir;
    str folder; /* absent: kept as output */
};
DECLARE_SCHEMA(export_parameters);
extern const struct task_kind export_kind;

#endif
