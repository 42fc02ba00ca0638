/* A signed version of a report with all that documents of it are made from. */
#ifndef APPLICATION_QUERIES_REPORTS_GET_REPORT_DOCUMENT_QUERY_H
#define APPLICATION_QUERIES_REPORTS_GET_REPORT_DOCUMENT_QUERY_H

#include "application/models/report_document.h"

struct get_report_document {
    uuid report_id;
    int64_t number;
};
struct get_report_document_result {
    struct report_document document;
};
/* Errors: NOT_FOUND, CONFLICT (it is not signed). */
DECLARE_USE_CASE(get_report_document);

#endif
