/* Who else can vouch for somebody who wants to sign in: what the buttons of the sign-in page say.
 */
#ifndef APPLICATION_QUERIES_AUTH_LIST_SIGN_IN_PROVIDERS_QUERY_H
#define APPLICATION_QUERIES_AUTH_LIST_SIGN_IN_PROVIDERS_QUERY_H

#include "application/models/base_model.h"

struct sign_in_provider {
    uuid id;
    str name;
};
DECLARE_SCHEMA(sign_in_provider);
SLICE(sign_in_provider);

struct list_sign_in_providers {
    EMPTY_STRUCT;
};
struct list_sign_in_providers_result {
    struct sign_in_provider_slice items;
};
DECLARE_USE_CASE(list_sign_in_providers);

#endif
