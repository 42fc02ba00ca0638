/* The instances of one series, in their order. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_INSTANCES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_INSTANCES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "core/searchable_query.h"

struct list_instances {
    uuid id;
    struct paged_query page;
    struct searchable_query search;
    bool trashed;
};
struct list_instances_result {
    struct instance_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_instances);

#endif
