/* Tell the administrators of the first organization that there is no room for new objects. */
#ifndef APPLICATION_COMMANDS_SYSTEM_TELL_STORAGE_LOW_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_TELL_STORAGE_LOW_COMMAND_H

#include "application/models/base_model.h"

struct tell_storage_low {
    EMPTY_STRUCT;
};
struct tell_storage_low_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(tell_storage_low);

#endif
