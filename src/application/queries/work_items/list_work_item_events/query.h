/* Event reports for an AE, PS3.18 11.13. */
#ifndef APPLICATION_QUERIES_WORK_ITEMS_LIST_WORK_ITEM_EVENTS_QUERY_H
#define APPLICATION_QUERIES_WORK_ITEMS_LIST_WORK_ITEM_EVENTS_QUERY_H

#include "application/services/worklist_service.h"

struct list_work_item_events {
    str ae_title;
    int64_t after; /* the key of the last one seen */
    uint32_t limit;
};
struct list_work_item_events_result {
    struct work_item_event_slice events;
};
DECLARE_USE_CASE(list_work_item_events);

#endif
