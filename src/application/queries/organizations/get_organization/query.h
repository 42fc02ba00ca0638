/* The organization one belongs to. */
#ifndef APPLICATION_QUERIES_ORGANIZATIONS_GET_ORGANIZATION_QUERY_H
#define APPLICATION_QUERIES_ORGANIZATIONS_GET_ORGANIZATION_QUERY_H

#include "application/models/organization_view.h"

struct get_organization {
    EMPTY_STRUCT;
};
struct get_organization_result {
    struct organization_view view;
};
DECLARE_USE_CASE(get_organization);

#endif
