/* Forget a provider, and whose accounts there were whose here. */
#ifndef APPLICATION_COMMANDS_IDENTITY_PROVIDERS_DELETE_IDENTITY_PROVIDER_COMMAND_H
#define APPLICATION_COMMANDS_IDENTITY_PROVIDERS_DELETE_IDENTITY_PROVIDER_COMMAND_H

#include "application/models/base_model.h"

struct delete_identity_provider {
    uuid id;
};
struct delete_identity_provider_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(delete_identity_provider);

#endif
