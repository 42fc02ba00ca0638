/* The instances of the organization that are in the trash themselves, in the order in which they
 * were received, whatever else of their study is. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_TRASHED_INSTANCES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_TRASHED_INSTANCES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct trashed_instance {
    uuid study_id;
    uuid series_id;
    struct instance instance;
};
DECLARE_SCHEMA(trashed_instance);
SLICE(trashed_instance);

struct list_trashed_instances {
    struct paged_query page;
    struct searchable_query search;
};
struct list_trashed_instances_result {
    struct trashed_instance_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_trashed_instances);

#endif
