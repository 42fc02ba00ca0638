/* What has changed since a position in the feed: for whoever keeps a copy up to date. */
#ifndef APPLICATION_QUERIES_CHANGES_LIST_CHANGES_QUERY_H
#define APPLICATION_QUERIES_CHANGES_LIST_CHANGES_QUERY_H

#include "application/models/change_page.h"

struct list_changes {
    int64_t since;  /* sequence of the last change seen; 0: from the start */
    uint32_t limit; /* 0 means CHANGE_COUNT_DEFAULT */
};
struct list_changes_result {
    struct change_slice items;
    int64_t since; /* what to ask for next time */
    bool has_more;
};
DECLARE_USE_CASE(list_changes);

#endif
