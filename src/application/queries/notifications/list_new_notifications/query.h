/* One's notifications behind a place, oldest first, for streams. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_LIST_NEW_NOTIFICATIONS_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_LIST_NEW_NOTIFICATIONS_QUERY_H

#include "application/models/base_model.h"
#include "application/services/notification_service.h"

struct list_new_notifications {
    int64_t after; /* key of the last that was sent */
    int64_t limit;
};
struct list_new_notifications_result {
    struct notification_view_slice items;
};
/* Errors: FORBIDDEN (no person). */
DECLARE_USE_CASE(list_new_notifications);

#endif
