/* Who am I, and what may I do? */
#ifndef APPLICATION_QUERIES_AUTH_GET_ME_QUERY_H
#define APPLICATION_QUERIES_AUTH_GET_ME_QUERY_H

#include "application/models/user_view.h"

struct get_me {
    EMPTY_STRUCT;
};
struct get_me_result {
    struct user_view view;
    struct str_slice permissions, granted_permissions;
};
DECLARE_USE_CASE(get_me);

#endif
