/* Reports that whoever asks may read. */
#ifndef APPLICATION_QUERIES_REPORTS_LIST_REPORTS_QUERY_H
#define APPLICATION_QUERIES_REPORTS_LIST_REPORTS_QUERY_H

#include "application/models/report_view.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_reports {
    struct paged_query page;
    struct searchable_query search;
    uuid study_id;
    uuid author_id;
    str state;
    bool only_critical;
};
struct list_reports_result {
    struct report_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_reports);

#endif
