/* The kind "import": files of a folder or an archive that lies where the worker can read it. */
#ifndef APPLICATION_SERVICES_TASKS_IMPORT_FILES_H
#define APPLICATION_SERVICES_TASKS_IMPORT_FILES_H

#include "application/services/import_folders.h"
#include "application/services/tasks/task_kind.h"
#include "domain/entities/upload.h"

/* Of a file, of an archive, and of what is inflated of one of its entries. */
#define IMPORT_FILE_SIZE_MAX ((uint64_t)UPLOAD_SIZE_MAX)

enum {
    IMPORT_REFUSAL_COUNT_MAX = 1000, /* listed in the report; all are counted */
    IMPORT_RIGHTS_SECONDS = 60       /* then it is asked anew whether whoever asked still may */
};

struct import_parameters {
    str folder; /* of the organization, below the root */
    str path;   /* in it */
};
DECLARE_SCHEMA(import_parameters);

extern const struct task_kind import_kind;

#endif
