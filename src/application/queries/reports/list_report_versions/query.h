/* All versions of a report, with what they say. */
#ifndef APPLICATION_QUERIES_REPORTS_LIST_REPORT_VERSIONS_QUERY_H
#define APPLICATION_QUERIES_REPORTS_LIST_REPORT_VERSIONS_QUERY_H

#include "application/models/report_view.h"

struct list_report_versions {
    uuid id;
};
struct list_report_versions_result {
    struct report_version_view_slice items;
};
DECLARE_USE_CASE(list_report_versions);

#endif
