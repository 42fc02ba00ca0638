/* A template with its texts and macros filled in for a study. */
#ifndef APPLICATION_QUERIES_REPORTS_EXPAND_REPORT_TEMPLATE_QUERY_H
#define APPLICATION_QUERIES_REPORTS_EXPAND_REPORT_TEMPLATE_QUERY_H

#include "application/models/report_writing.h"

struct expand_report_template {
    uuid id;
    uuid study_id;
};
struct expand_report_template_result {
    struct report_template_view details;
};
DECLARE_USE_CASE(expand_report_template);

#endif
