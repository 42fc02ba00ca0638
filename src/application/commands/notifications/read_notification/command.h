/* Mark one of one's notifications as read. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_READ_NOTIFICATION_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_READ_NOTIFICATION_COMMAND_H

#include "application/models/base_model.h"
#include "application/services/notification_service.h"

struct read_notification {
    uuid id;
};
struct read_notification_result {
    struct notification_view notification;
};
/* Errors: NOT_FOUND, FORBIDDEN (no person). */
DECLARE_USE_CASE(read_notification);

#endif
