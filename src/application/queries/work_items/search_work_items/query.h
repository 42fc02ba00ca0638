/* Search, PS3.18 11.9. */
#ifndef APPLICATION_QUERIES_WORK_ITEMS_SEARCH_WORK_ITEMS_QUERY_H
#define APPLICATION_QUERIES_WORK_ITEMS_SEARCH_WORK_ITEMS_QUERY_H

#include "application/services/worklist_service.h"

struct search_work_items {
    struct work_item_condition_slice conditions;
    uint64_t offset;
    uint32_t limit;
};
struct search_work_items_result {
    struct str_slice data_sets; /* as many as fit into WORK_ITEM_CANDIDATE_BYTES_MAX */
    int64_t total;
    bool more;
};
DECLARE_USE_CASE(search_work_items);

#endif
