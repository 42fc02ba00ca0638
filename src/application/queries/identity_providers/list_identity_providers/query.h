/* The providers of the organization, by name. */
#ifndef APPLICATION_QUERIES_IDENTITY_PROVIDERS_LIST_IDENTITY_PROVIDERS_QUERY_H
#define APPLICATION_QUERIES_IDENTITY_PROVIDERS_LIST_IDENTITY_PROVIDERS_QUERY_H

#include "application/models/provider_view.h"

struct list_identity_providers {
    EMPTY_STRUCT;
};
struct list_identity_providers_result {
    struct provider_view_slice items;
};
DECLARE_USE_CASE(list_identity_providers);

#endif
