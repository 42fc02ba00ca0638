/* The next events of an export that export_audit_events began, oldest first. */
#ifndef APPLICATION_QUERIES_AUDIT_READ_AUDIT_EVENTS_QUERY_H
#define APPLICATION_QUERIES_AUDIT_READ_AUDIT_EVENTS_QUERY_H

#include "application/models/audit_search.h"

enum { AUDIT_EXPORT_PAGE_SIZE = 200 };

struct read_audit_events {
    struct audit_search search;
    int64_t after_key, up_to_key;
};
struct read_audit_events_result {
    struct audit_event_slice events; /* fewer than a page: these are the last */
};
DECLARE_USE_CASE(read_audit_events);

#endif
