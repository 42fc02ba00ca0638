/* Remove a template. */
#ifndef APPLICATION_COMMANDS_REPORTS_DELETE_REPORT_TEMPLATE_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_DELETE_REPORT_TEMPLATE_COMMAND_H

#include "application/models/report_view.h"

struct delete_report_template {
    uuid id;
};
struct delete_report_template_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_report_template);

#endif
