/* Count what an API key is about to send against what it may send in a day. */
#ifndef APPLICATION_COMMANDS_API_KEYS_RESERVE_API_KEY_SIZE_COMMAND_H
#define APPLICATION_COMMANDS_API_KEYS_RESERVE_API_KEY_SIZE_COMMAND_H

#include "application/models/base_model.h"

struct reserve_api_key_size {
    uuid id;
    int64_t size;
};
struct reserve_api_key_size_result {
    int64_t retry_seconds; /* until the next day, when it is too much for this one; 0: counted */
};
DECLARE_USE_CASE(reserve_api_key_size);

#endif
