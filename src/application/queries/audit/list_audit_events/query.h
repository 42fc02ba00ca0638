/* The audit trail of the organization, newest first. */
#ifndef APPLICATION_QUERIES_AUDIT_LIST_AUDIT_EVENTS_QUERY_H
#define APPLICATION_QUERIES_AUDIT_LIST_AUDIT_EVENTS_QUERY_H

#include "application/models/audit_search.h"
#include "core/paged_query.h"

struct list_audit_events {
    struct audit_search search;
    uint32_t page_size; /* 0 means PAGE_SIZE_DEFAULT */
    str cursor;
};
struct list_audit_events_result {
    struct audit_event_slice items;
    str next;
};
DECLARE_USE_CASE(list_audit_events);

#endif
