/* One provider of identities. */
#ifndef APPLICATION_QUERIES_IDENTITY_PROVIDERS_GET_IDENTITY_PROVIDER_QUERY_H
#define APPLICATION_QUERIES_IDENTITY_PROVIDERS_GET_IDENTITY_PROVIDER_QUERY_H

#include "application/models/provider_view.h"

struct get_identity_provider {
    uuid id;
};
struct get_identity_provider_result {
    struct provider_view view;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_identity_provider);

#endif
