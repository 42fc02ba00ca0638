/* The reports on a study. */
#ifndef APPLICATION_QUERIES_REPORTS_LIST_STUDY_REPORTS_QUERY_H
#define APPLICATION_QUERIES_REPORTS_LIST_STUDY_REPORTS_QUERY_H

#include "application/models/report_view.h"
#include "core/paged_result.h"

struct list_study_reports {
    uuid id;
    struct paged_query page;
};
struct list_study_reports_result {
    struct report_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_study_reports);

#endif
