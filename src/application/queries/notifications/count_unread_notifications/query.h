/* How many of one's notifications were not read. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_COUNT_UNREAD_NOTIFICATIONS_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_COUNT_UNREAD_NOTIFICATIONS_QUERY_H

#include "application/models/base_model.h"

struct count_unread_notifications {
    EMPTY_STRUCT;
};
struct count_unread_notifications_result {
    int64_t count;
};
/* Errors: FORBIDDEN (no person). */
DECLARE_USE_CASE(count_unread_notifications);

#endif
