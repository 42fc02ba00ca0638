/* What whoever has a verification code learns: that somebody signed, and when. */
#ifndef APPLICATION_QUERIES_REPORTS_VERIFY_REPORT_CODE_QUERY_H
#define APPLICATION_QUERIES_REPORTS_VERIFY_REPORT_CODE_QUERY_H

#include "application/models/report_view.h"

struct verify_report_code {
    str code;
};
struct verify_report_code_result {
    bool is_valid;
    bool is_current;
    bool is_retracted;
    int64_t number;
    instant signed_at;
    str signer_name;
    str meaning;
    str hash;
};
DECLARE_USE_CASE(verify_report_code);

#endif
