/* The shares one made, or all of the organization for who looks after it. */
#ifndef APPLICATION_QUERIES_SHARES_LIST_SHARES_QUERY_H
#define APPLICATION_QUERIES_SHARES_LIST_SHARES_QUERY_H

#include "application/models/share_access.h"

struct list_shares {
    struct paged_query page;
};
struct list_shares_result {
    struct shown_share_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_shares);

#endif
