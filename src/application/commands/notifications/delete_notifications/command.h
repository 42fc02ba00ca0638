/* Delete those of one's notifications that were read. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_DELETE_NOTIFICATIONS_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_DELETE_NOTIFICATIONS_COMMAND_H

#include "application/models/base_model.h"

struct delete_notifications {
    EMPTY_STRUCT;
};
struct delete_notifications_result {
    int64_t count;
};
/* Errors: FORBIDDEN (no person). */
DECLARE_USE_CASE(delete_notifications);

#endif
