/* How far notifications are, for streams: the key of the newest, whoever's it is. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_GET_NEWEST_NOTIFICATION_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_GET_NEWEST_NOTIFICATION_QUERY_H

#include "application/models/base_model.h"

struct get_newest_notification {
    EMPTY_STRUCT;
};
struct get_newest_notification_result {
    int64_t key; /* 0: there is none */
};
DECLARE_USE_CASE(get_newest_notification);

#endif
