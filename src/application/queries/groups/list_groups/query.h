/* The groups of the organization. */
#ifndef APPLICATION_QUERIES_GROUPS_LIST_GROUPS_QUERY_H
#define APPLICATION_QUERIES_GROUPS_LIST_GROUPS_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_groups {
    struct paged_query page;
    str search;
};
struct list_groups_result {
    struct user_group_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_groups);

#endif
