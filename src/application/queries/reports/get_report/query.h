/* A report, with what it says. */
#ifndef APPLICATION_QUERIES_REPORTS_GET_REPORT_QUERY_H
#define APPLICATION_QUERIES_REPORTS_GET_REPORT_QUERY_H

#include "application/models/report_view.h"

struct get_report {
    uuid id;
};
struct get_report_result {
    struct report_view report;
};
DECLARE_USE_CASE(get_report);

#endif
