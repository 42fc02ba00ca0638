/* Make a template for reports. */
#ifndef APPLICATION_COMMANDS_REPORTS_CREATE_REPORT_TEMPLATE_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_CREATE_REPORT_TEMPLATE_COMMAND_H

#include "application/models/report_view.h"

struct create_report_template {
    str name;
    str modality;
    str body_part;
    str procedure;
    str language;
    struct report_form form;
};
struct create_report_template_result {
    struct report_template_view details;
};
DECLARE_USE_CASE(create_report_template);

#endif
