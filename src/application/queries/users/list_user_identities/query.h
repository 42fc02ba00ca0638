/* Accounts elsewhere that a user signs in with. */
#ifndef APPLICATION_QUERIES_USERS_LIST_USER_IDENTITIES_QUERY_H
#define APPLICATION_QUERIES_USERS_LIST_USER_IDENTITIES_QUERY_H

#include "application/models/base_model.h"

struct list_user_identities {
    uuid id;
};
struct list_user_identities_result {
    struct identity_slice items;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(list_user_identities);

#endif
