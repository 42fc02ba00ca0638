/* Change an API key. What is absent stays; the key itself does not change. */
#ifndef APPLICATION_COMMANDS_API_KEYS_UPDATE_API_KEY_COMMAND_H
#define APPLICATION_COMMANDS_API_KEYS_UPDATE_API_KEY_COMMAND_H

#include "application/models/api_key_view.h"

struct update_api_key {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
    str name;
    struct str_slice scopes;
    opt_bool is_limited;
    opt_i64 requests_per_minute;
    opt_i64 daily_size;
    instant expires_at;
    bool takes_over;
};
struct update_api_key_result {
    struct api_key_view view;
};
DECLARE_USE_CASE(update_api_key);

#endif
