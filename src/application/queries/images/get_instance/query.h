/* One instance. */
#ifndef APPLICATION_QUERIES_IMAGES_GET_INSTANCE_QUERY_H
#define APPLICATION_QUERIES_IMAGES_GET_INSTANCE_QUERY_H

#include "application/models/base_model.h"

struct get_instance {
    uuid id;
};
struct get_instance_result {
    struct instance instance;
};
DECLARE_USE_CASE(get_instance);

#endif
