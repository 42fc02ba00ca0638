/* Accounts elsewhere that one signs in with. */
#ifndef APPLICATION_QUERIES_AUTH_LIST_OWN_IDENTITIES_QUERY_H
#define APPLICATION_QUERIES_AUTH_LIST_OWN_IDENTITIES_QUERY_H

#include "application/models/base_model.h"

struct list_own_identities {
    EMPTY_STRUCT;
};
struct list_own_identities_result {
    struct identity_slice items;
};
DECLARE_USE_CASE(list_own_identities);

#endif
