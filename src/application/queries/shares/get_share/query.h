/* One share. */
#ifndef APPLICATION_QUERIES_SHARES_GET_SHARE_QUERY_H
#define APPLICATION_QUERIES_SHARES_GET_SHARE_QUERY_H

#include "application/models/share_access.h"

struct get_share {
    uuid id;
};
struct get_share_result {
    struct shown_share share;
};
DECLARE_USE_CASE(get_share);

#endif
