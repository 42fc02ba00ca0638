/* One group. */
#ifndef APPLICATION_QUERIES_GROUPS_GET_GROUP_QUERY_H
#define APPLICATION_QUERIES_GROUPS_GET_GROUP_QUERY_H

#include "application/models/base_model.h"

struct get_group {
    uuid id;
};
struct get_group_result {
    struct user_group group;
};
DECLARE_USE_CASE(get_group);

#endif
