/* One version of a report, with what it says. */
#ifndef APPLICATION_QUERIES_REPORTS_GET_REPORT_VERSION_QUERY_H
#define APPLICATION_QUERIES_REPORTS_GET_REPORT_VERSION_QUERY_H

#include "application/models/report_view.h"

struct get_report_version {
    uuid id;
    int64_t number;
};
struct get_report_version_result {
    struct report_version_view details;
};
DECLARE_USE_CASE(get_report_version);

#endif
