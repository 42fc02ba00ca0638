/* One user. */
#ifndef APPLICATION_QUERIES_USERS_GET_USER_QUERY_H
#define APPLICATION_QUERIES_USERS_GET_USER_QUERY_H

#include "application/models/user_view.h"

struct get_user {
    uuid id;
};
struct get_user_result {
    struct user_view view;
};
DECLARE_USE_CASE(get_user);

#endif
