/* The templates of the organization. */
#ifndef APPLICATION_QUERIES_REPORTS_LIST_REPORT_TEMPLATES_QUERY_H
#define APPLICATION_QUERIES_REPORTS_LIST_REPORT_TEMPLATES_QUERY_H

#include "application/models/report_view.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_report_templates {
    struct paged_query page;
    struct searchable_query search;
    str modality;
    str body_part;
    str language;
};
struct list_report_templates_result {
    struct report_template_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_report_templates);

#endif
