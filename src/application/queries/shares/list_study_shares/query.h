/* The shares that were made of a study: by it, a series of it, or a set it is in. */
#ifndef APPLICATION_QUERIES_SHARES_LIST_STUDY_SHARES_QUERY_H
#define APPLICATION_QUERIES_SHARES_LIST_STUDY_SHARES_QUERY_H

#include "application/models/share_access.h"

enum { STUDY_SHARE_COUNT_MAX = 1000 };

struct list_study_shares {
    uuid id;
};
struct list_study_shares_result {
    struct shown_share_slice items;
};
DECLARE_USE_CASE(list_study_shares);

#endif
