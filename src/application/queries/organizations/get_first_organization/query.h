/* The organization that an installation begins with: what is about the whole installation is its.
 * For the program itself. */
#ifndef APPLICATION_QUERIES_ORGANIZATIONS_GET_FIRST_ORGANIZATION_QUERY_H
#define APPLICATION_QUERIES_ORGANIZATIONS_GET_FIRST_ORGANIZATION_QUERY_H

#include "application/models/base_model.h"

struct get_first_organization {
    EMPTY_STRUCT;
};
struct get_first_organization_result {
    struct organization organization;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_first_organization);

#endif
