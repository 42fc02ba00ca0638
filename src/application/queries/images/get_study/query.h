/* One study, in the trash or not. */
#ifndef APPLICATION_QUERIES_IMAGES_GET_STUDY_QUERY_H
#define APPLICATION_QUERIES_IMAGES_GET_STUDY_QUERY_H

#include "application/models/base_model.h"

struct get_study {
    uuid id;
};
struct get_study_result {
    struct study study;
};
DECLARE_USE_CASE(get_study);

#endif
