/* What people change about themselves. */
#ifndef APPLICATION_COMMANDS_AUTH_UPDATE_ME_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_UPDATE_ME_COMMAND_H

#include "application/models/base_model.h"

struct update_me {
    int64_t if_match;
    str name;
    str language;
};
struct update_me_result {
    struct user user;
};
DECLARE_USE_CASE(update_me);

#endif
