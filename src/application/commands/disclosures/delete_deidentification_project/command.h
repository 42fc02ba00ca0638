/* End a project, and forget its secret: what it made stays, and nobody finds the way back. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_DELETE_DEIDENTIFICATION_PROJECT_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_DELETE_DEIDENTIFICATION_PROJECT_COMMAND_H

#include "application/services/disclosure_service.h"

struct delete_deidentification_project {
    uuid id;
};
struct delete_deidentification_project_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(delete_deidentification_project);

#endif
