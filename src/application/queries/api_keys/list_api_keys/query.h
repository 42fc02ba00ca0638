/* The API keys of the organization, newest first. */
#ifndef APPLICATION_QUERIES_API_KEYS_LIST_API_KEYS_QUERY_H
#define APPLICATION_QUERIES_API_KEYS_LIST_API_KEYS_QUERY_H

#include "application/models/api_key_view.h"
#include "core/paged_result.h"

struct list_api_keys {
    struct paged_query page;
    str search;
    bool revoked;
};
struct list_api_keys_result {
    struct api_key_view_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_api_keys);

#endif
