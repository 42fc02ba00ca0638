/* Whether the signature of a report holds. */
#ifndef APPLICATION_QUERIES_REPORTS_VERIFY_REPORT_QUERY_H
#define APPLICATION_QUERIES_REPORTS_VERIFY_REPORT_QUERY_H

#include "application/models/report_view.h"

struct verify_report {
    uuid id;
    int64_t number;
};
struct verify_report_result {
    struct report_verification verification;
};
DECLARE_USE_CASE(verify_report);

#endif
