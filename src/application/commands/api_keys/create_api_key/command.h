/* Make an API key; the key itself is in the answer and nowhere else. */
#ifndef APPLICATION_COMMANDS_API_KEYS_CREATE_API_KEY_COMMAND_H
#define APPLICATION_COMMANDS_API_KEYS_CREATE_API_KEY_COMMAND_H

#include "application/models/api_key_view.h"

struct create_api_key {
    str name;
    struct str_slice scopes;
    bool is_limited;
    opt_i64 requests_per_minute;
    opt_i64 daily_size;
    instant expires_at;
};
struct create_api_key_result {
    struct api_key_view view;
    str api_key;
};
DECLARE_USE_CASE(create_api_key);

#endif
