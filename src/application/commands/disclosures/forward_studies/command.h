/* Send studies to another server. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_FORWARD_STUDIES_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_FORWARD_STUDIES_COMMAND_H

#include "application/models/task_view.h"
#include "application/services/disclosure_service.h"

struct forward_studies {
    uuid destination;
    struct str_slice studies;
};
struct forward_studies_result {
    struct task_view task;
};
/* Errors: NOT_FOUND (destination or a study), INVALID. */
DECLARE_USE_CASE(forward_studies);

#endif
