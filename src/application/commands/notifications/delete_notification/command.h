/* Delete one of one's notifications. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_DELETE_NOTIFICATION_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_DELETE_NOTIFICATION_COMMAND_H

#include "application/models/base_model.h"

struct delete_notification {
    uuid id;
};
struct delete_notification_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND, FORBIDDEN (no person). */
DECLARE_USE_CASE(delete_notification);

#endif
