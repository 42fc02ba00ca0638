/* Make de-identified copies of studies. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_DEIDENTIFY_STUDIES_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_DEIDENTIFY_STUDIES_COMMAND_H

#include "application/models/task_view.h"
#include "application/services/disclosure_service.h"

struct deidentify_studies {
    uuid project;
    struct str_slice studies;
};
struct deidentify_studies_result {
    struct task_view task;
};
/* Errors: NOT_FOUND (project or a study), INVALID. */
DECLARE_USE_CASE(deidentify_studies);

#endif
