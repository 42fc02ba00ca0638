/* Ask a provider what it says of itself, as a sign-in would. */
#ifndef APPLICATION_QUERIES_IDENTITY_PROVIDERS_CHECK_IDENTITY_PROVIDER_QUERY_H
#define APPLICATION_QUERIES_IDENTITY_PROVIDERS_CHECK_IDENTITY_PROVIDER_QUERY_H

#include "application/models/provider_view.h"

struct check_identity_provider {
    uuid id;
};
struct check_identity_provider_result {
    bool is_usable;
    str problem;
    str redirect_uri;
};
/* Errors: NOT_FOUND, UNAVAILABLE (nobody knows how the world reaches us). */
DECLARE_USE_CASE(check_identity_provider);

#endif
