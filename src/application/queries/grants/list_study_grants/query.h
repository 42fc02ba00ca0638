/* To whom a study is open by grants. */
#ifndef APPLICATION_QUERIES_GRANTS_LIST_STUDY_GRANTS_QUERY_H
#define APPLICATION_QUERIES_GRANTS_LIST_STUDY_GRANTS_QUERY_H

#include "application/models/grant_view.h"
#include "core/paged_result.h"

struct list_study_grants {
    uuid id;
    struct paged_query page;
    bool patient;
};
struct list_study_grants_result {
    struct grant_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_study_grants);

#endif
