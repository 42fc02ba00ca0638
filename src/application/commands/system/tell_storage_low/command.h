/* Tell the administrators of the first organization when there is little or no room for new
 * objects, and when there is room again: once each. */
#ifndef APPLICATION_COMMANDS_SYSTEM_TELL_STORAGE_LOW_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_TELL_STORAGE_LOW_COMMAND_H

#include "application/models/base_model.h"

struct tell_storage_low {
    int64_t free_size, reserve_size;
    int64_t warning_size; /* above the reserve: there is little room */
};
struct tell_storage_low_result {
    int64_t room; /* enum storage_room */
    bool is_told; /* it was another before */
};
DECLARE_USE_CASE(tell_storage_low);

#endif
