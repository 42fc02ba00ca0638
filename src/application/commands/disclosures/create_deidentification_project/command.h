/* Begin a project in which studies are de-identified. */
#ifndef APPLICATION_COMMANDS_DISCLOSURES_CREATE_DEIDENTIFICATION_PROJECT_COMMAND_H
#define APPLICATION_COMMANDS_DISCLOSURES_CREATE_DEIDENTIFICATION_PROJECT_COMMAND_H

#include "application/services/disclosure_service.h"

struct create_deidentification_project {
    str name, description;
    struct str_slice options;
    str pseudonym_prefix; /* absent: patients are keyed hashes */
    str risks;            /* of risk_policy_names; absent: refuse */
};
struct create_deidentification_project_result {
    struct deidentification_project_view view;
};
/* Errors: INVALID, CONFLICT (there is one of that name, or there are too many). */
DECLARE_USE_CASE(create_deidentification_project);

#endif
