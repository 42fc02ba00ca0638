/* Remove sessions that have ended. */
#ifndef APPLICATION_COMMANDS_SYSTEM_PURGE_SESSIONS_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_PURGE_SESSIONS_COMMAND_H

#include "application/models/base_model.h"

struct purge_sessions {
    EMPTY_STRUCT;
};
struct purge_sessions_result {
    int64_t count;
};
DECLARE_USE_CASE(purge_sessions);

#endif
