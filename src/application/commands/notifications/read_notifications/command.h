/* Mark one's notifications as read, all of them or those up to one. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_READ_NOTIFICATIONS_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_READ_NOTIFICATIONS_COMMAND_H

#include "application/models/base_model.h"

struct read_notifications {
    uuid up_to; /* this one and those before it; unset: all */
};
struct read_notifications_result {
    int64_t count; /* that were not read before */
};
/* Errors: NOT_FOUND, FORBIDDEN (no person). */
DECLARE_USE_CASE(read_notifications);

#endif
