/* The series of one study, in their order. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_SERIES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_SERIES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_series {
    uuid id;
    struct paged_query page;
    struct searchable_query search;
    bool trashed;
};
struct list_series_result {
    struct series_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_series);

#endif
