/* Count the transfer syntaxes of studies that were stored before they were counted, some at a
 * time. */
#ifndef APPLICATION_COMMANDS_SYSTEM_COUNT_TRANSFER_SYNTAXES_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_COUNT_TRANSFER_SYNTAXES_COMMAND_H

#include "application/models/base_model.h"

struct count_transfer_syntaxes {
    EMPTY_STRUCT;
};
struct count_transfer_syntaxes_result {
    int64_t study_count;
    bool has_more;
};
DECLARE_USE_CASE(count_transfer_syntaxes);

#endif
