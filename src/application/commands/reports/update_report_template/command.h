/* Change a template. What is absent stays. */
#ifndef APPLICATION_COMMANDS_REPORTS_UPDATE_REPORT_TEMPLATE_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_UPDATE_REPORT_TEMPLATE_COMMAND_H

#include "application/models/report_view.h"

struct update_report_template {
    uuid id;
    int64_t if_match;
    str name;
    str modality;
    str body_part;
    str procedure;
    str language;
    struct report_form form;
};
struct update_report_template_result {
    struct report_template_view details;
};
DECLARE_USE_CASE(update_report_template);

#endif
