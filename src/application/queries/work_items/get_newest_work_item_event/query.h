/* The key of the newest event report of all organizations: whether there is something to read. */
#ifndef APPLICATION_QUERIES_WORK_ITEMS_GET_NEWEST_WORK_ITEM_EVENT_QUERY_H
#define APPLICATION_QUERIES_WORK_ITEMS_GET_NEWEST_WORK_ITEM_EVENT_QUERY_H

#include "application/services/worklist_service.h"

struct get_newest_work_item_event {
    EMPTY_STRUCT;
};
struct get_newest_work_item_event_result {
    int64_t key; /* 0: there is none */
};
DECLARE_USE_CASE(get_newest_work_item_event);

#endif
