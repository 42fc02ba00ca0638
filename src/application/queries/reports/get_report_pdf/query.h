/* A report, to be printed. */
#ifndef APPLICATION_QUERIES_REPORTS_GET_REPORT_PDF_QUERY_H
#define APPLICATION_QUERIES_REPORTS_GET_REPORT_PDF_QUERY_H

#include "application/models/report_document.h"

struct get_report_pdf {
    uuid id;
    int64_t number; /* of the version; 0: the one that is shown */
};
/* What report_pdf_render makes pages of, which needs no unit of work. */
struct get_report_pdf_result {
    struct report_document document;
};
/* Errors: NOT_FOUND, also for a version that is being written unless whoever asks writes or
 * signs. */
DECLARE_USE_CASE(get_report_pdf);

#endif
