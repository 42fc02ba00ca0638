/* The versions of an instance beside what is served, newest first. */
#ifndef APPLICATION_QUERIES_IMAGES_LIST_INSTANCE_VERSIONS_QUERY_H
#define APPLICATION_QUERIES_IMAGES_LIST_INSTANCE_VERSIONS_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"

struct list_instance_versions {
    uuid id;
    struct paged_query page;
};
struct list_instance_versions_result {
    struct instance_version_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_instance_versions);

#endif
