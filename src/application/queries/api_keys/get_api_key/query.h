/* One API key, without its secret. */
#ifndef APPLICATION_QUERIES_API_KEYS_GET_API_KEY_QUERY_H
#define APPLICATION_QUERIES_API_KEYS_GET_API_KEY_QUERY_H

#include "application/models/api_key_view.h"

struct get_api_key {
    uuid id;
};
struct get_api_key_result {
    struct api_key_view view;
};
DECLARE_USE_CASE(get_api_key);

#endif
