/* A project with its sealed secret, for the task. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_READ_DEIDENTIFICATION_PROJECT_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_READ_DEIDENTIFICATION_PROJECT_QUERY_H

#include "application/services/disclosure_service.h"

struct read_deidentification_project {
    uuid id;
};
struct read_deidentification_project_result {
    struct deidentification_project project;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(read_deidentification_project);

#endif
