/* One project. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_GET_DEIDENTIFICATION_PROJECT_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_GET_DEIDENTIFICATION_PROJECT_QUERY_H

#include "application/services/disclosure_service.h"

struct get_deidentification_project {
    uuid id;
};
struct get_deidentification_project_result {
    struct deidentification_project_view view;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_deidentification_project);

#endif
