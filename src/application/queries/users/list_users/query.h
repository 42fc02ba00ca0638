/* The users of the organization. */
#ifndef APPLICATION_QUERIES_USERS_LIST_USERS_QUERY_H
#define APPLICATION_QUERIES_USERS_LIST_USERS_QUERY_H

#include "application/models/user_view.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_users {
    struct paged_query page;
    struct searchable_query search;
    opt_bool is_active;
    str state;
    str role;
};
struct list_users_result {
    struct user_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_users);

#endif
