/* Who opened a share, when, from where, with what. */
#ifndef APPLICATION_QUERIES_SHARES_LIST_SHARE_VISITS_QUERY_H
#define APPLICATION_QUERIES_SHARES_LIST_SHARE_VISITS_QUERY_H

#include "application/models/share_access.h"

struct list_share_visits {
    uuid id;
    struct paged_query page;
};
struct list_share_visits_result {
    struct share_visit_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_share_visits);

#endif
