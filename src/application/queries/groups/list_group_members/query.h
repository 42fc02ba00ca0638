/* Who is in a group. */
#ifndef APPLICATION_QUERIES_GROUPS_LIST_GROUP_MEMBERS_QUERY_H
#define APPLICATION_QUERIES_GROUPS_LIST_GROUP_MEMBERS_QUERY_H

#include "application/models/user_view.h"
#include "core/paged_result.h"

struct list_group_members {
    uuid id;
    struct paged_query page;
};
struct list_group_members_result {
    struct user_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_group_members);

#endif
