/* What one has chosen to hear of, and how. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_GET_NOTIFICATION_PREFERENCES_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_GET_NOTIFICATION_PREFERENCES_QUERY_H

#include "application/models/notification_choices.h"

struct get_notification_preferences {
    EMPTY_STRUCT;
};
struct get_notification_preferences_result {
    struct notification_preferences preferences;
};
/* Errors: FORBIDDEN (no person). */
DECLARE_USE_CASE(get_notification_preferences);

#endif
