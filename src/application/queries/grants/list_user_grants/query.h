/* What was granted to a user, directly. */
#ifndef APPLICATION_QUERIES_GRANTS_LIST_USER_GRANTS_QUERY_H
#define APPLICATION_QUERIES_GRANTS_LIST_USER_GRANTS_QUERY_H

#include "application/models/grant_view.h"
#include "core/paged_result.h"

struct list_user_grants {
    uuid id;
    struct paged_query page;
};
struct list_user_grants_result {
    struct grant_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_user_grants);

#endif
