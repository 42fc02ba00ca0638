/* Take a user's access away; what they did stays theirs. */
#ifndef APPLICATION_COMMANDS_USERS_DEACTIVATE_USER_COMMAND_H
#define APPLICATION_COMMANDS_USERS_DEACTIVATE_USER_COMMAND_H

#include "application/models/base_model.h"

struct deactivate_user {
    uuid id;
};
struct deactivate_user_result {
    int64_t shares;
    int64_t api_keys;
};
DECLARE_USE_CASE(deactivate_user);

#endif
