/* What was granted to a group. */
#ifndef APPLICATION_QUERIES_GRANTS_LIST_GROUP_GRANTS_QUERY_H
#define APPLICATION_QUERIES_GRANTS_LIST_GROUP_GRANTS_QUERY_H

#include "application/models/grant_view.h"
#include "core/paged_result.h"

struct list_group_grants {
    uuid id;
    struct paged_query page;
};
struct list_group_grants_result {
    struct grant_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_group_grants);

#endif
