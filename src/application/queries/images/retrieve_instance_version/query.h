/* A version of an instance that is not in the trash, to be sent as it is stored. */
#ifndef APPLICATION_QUERIES_IMAGES_RETRIEVE_INSTANCE_VERSION_QUERY_H
#define APPLICATION_QUERIES_IMAGES_RETRIEVE_INSTANCE_VERSION_QUERY_H

#include "application/models/base_model.h"

struct retrieve_instance_version {
    uuid id;
    uuid version_id;
};
struct retrieve_instance_version_result {
    struct instance instance; /* with the object of the version */
};
DECLARE_USE_CASE(retrieve_instance_version);

#endif
