/* One role of the organization's own. */
#ifndef APPLICATION_QUERIES_ROLES_GET_ROLE_QUERY_H
#define APPLICATION_QUERIES_ROLES_GET_ROLE_QUERY_H

#include "application/models/role_view.h"

struct get_role {
    uuid id;
};
struct get_role_result {
    struct role_view view;
};
DECLARE_USE_CASE(get_role);

#endif
