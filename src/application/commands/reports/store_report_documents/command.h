/* Have documents of a version that was signed stored into its study. */
#ifndef APPLICATION_COMMANDS_REPORTS_STORE_REPORT_DOCUMENTS_COMMAND_H
#define APPLICATION_COMMANDS_REPORTS_STORE_REPORT_DOCUMENTS_COMMAND_H

#include "application/models/base_model.h"
#include "core/event_handler.h"

struct store_report_documents {
    struct event_envelope event;
    uuid report_id;
    uuid version_id;
    int64_t number;
};
struct store_report_documents_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(store_report_documents);

#endif
