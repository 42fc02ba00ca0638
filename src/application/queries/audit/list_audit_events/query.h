/* The audit trail of the organization, newest first. */
#ifndef APPLICATION_QUERIES_AUDIT_LIST_AUDIT_EVENTS_QUERY_H
#define APPLICATION_QUERIES_AUDIT_LIST_AUDIT_EVENTS_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_query.h"

struct list_audit_events {
    uint32_t page_size; /* 0 means PAGE_SIZE_DEFAULT */
    str cursor;
    uuid user_id;
    uuid subject_id;
    str action;
};
struct list_audit_events_result {
    struct audit_event_slice items;
    str next;
};
DECLARE_USE_CASE(list_audit_events);

#endif
