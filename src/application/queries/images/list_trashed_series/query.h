/* The series of the organization that are in the trash themselves, in the order in which they were
 * received, whatever else of their study is. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_TRASHED_SERIES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_TRASHED_SERIES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct trashed_series {
    uuid study_id;

    struct series series;
};
DECLARE_SCHEMA(trashed_series);
SLICE(trashed_series);

struct list_trashed_series {
    struct paged_query page;
    struct searchable_query search;
};
struct list_trashed_series_result {
    struct trashed_series_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_trashed_series);

#endif
