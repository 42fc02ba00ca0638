/* One series. */
#ifndef APPLICATION_QUERIES_IMAGES_GET_SERIES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_GET_SERIES_QUERY_H

#include "application/models/base_model.h"

struct get_series {
    uuid id;
};
struct get_series_result {
    struct series series;
};
DECLARE_USE_CASE(get_series);

#endif
