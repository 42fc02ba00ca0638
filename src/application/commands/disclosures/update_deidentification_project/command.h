/* Change what a project is called, or what is done with risks; what is done to attributes stays. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_UPDATE_DEIDENTIFICATION_PROJECT_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_UPDATE_DEIDENTIFICATION_PROJECT_COMMAND_H

#include "application/services/disclosure_service.h"

struct update_deidentification_project {
    uuid id;
    int64_t if_match;
    str name, description, risks; /* absent: stays */
};
struct update_deidentification_project_result {
    struct deidentification_project_view view;
};
/* Errors: NOT_FOUND, CONFLICT, PRECONDITION_FAILED. */
DECLARE_USE_CASE(update_deidentification_project);

#endif
