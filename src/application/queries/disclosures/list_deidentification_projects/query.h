/* The projects of the organization. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_LIST_DEIDENTIFICATION_PROJECTS_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_LIST_DEIDENTIFICATION_PROJECTS_QUERY_H

#include "application/services/disclosure_service.h"

struct list_deidentification_projects {
    EMPTY_STRUCT;
};
struct list_deidentification_projects_result {
    struct deidentification_project_view_slice items;
};
DECLARE_USE_CASE(list_deidentification_projects);

#endif
