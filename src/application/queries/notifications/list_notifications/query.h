/* One's notifications, newest first. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_LIST_NOTIFICATIONS_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_LIST_NOTIFICATIONS_QUERY_H

#include "application/models/base_model.h"
#include "application/services/notification_service.h"
#include "core/paged_query.h"
#include "core/paged_result.h"

struct list_notifications {
    struct paged_query page;
    opt_bool unread; /* true: only those */
    str kind;
};
struct list_notifications_result {
    struct notification_view_slice items;
    struct paged_result page;
    int64_t unread_count; /* of all kinds */
};
/* Errors: FORBIDDEN (no person). */
DECLARE_USE_CASE(list_notifications);

#endif
