/* A template. */
#ifndef APPLICATION_QUERIES_REPORTS_GET_REPORT_TEMPLATE_QUERY_H
#define APPLICATION_QUERIES_REPORTS_GET_REPORT_TEMPLATE_QUERY_H

#include "application/models/report_view.h"

struct get_report_template {
    uuid id;
};
struct get_report_template_result {
    struct report_template_view details;
};
DECLARE_USE_CASE(get_report_template);

#endif
