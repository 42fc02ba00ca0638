/* End an API key for good. */
#ifndef APPLICATION_COMMANDS_API_KEYS_REVOKE_API_KEY_COMMAND_H
#define APPLICATION_COMMANDS_API_KEYS_REVOKE_API_KEY_COMMAND_H

#include "application/models/base_model.h"

struct revoke_api_key {
    uuid id;
};
struct revoke_api_key_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(revoke_api_key);

#endif
