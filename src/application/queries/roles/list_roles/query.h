/* The roles there are. */
#ifndef APPLICATION_QUERIES_ROLES_LIST_ROLES_QUERY_H
#define APPLICATION_QUERIES_ROLES_LIST_ROLES_QUERY_H

#include "application/models/role_view.h"

struct list_roles {
    EMPTY_STRUCT;
};
struct list_roles_result {
    struct role_view_slice items;
};
DECLARE_USE_CASE(list_roles);

#endif
