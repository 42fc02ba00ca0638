/* End all sessions of whoever asks but the one that asks. */
#ifndef APPLICATION_COMMANDS_AUTH_END_OTHER_SESSIONS_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_END_OTHER_SESSIONS_COMMAND_H

#include "application/models/base_model.h"

struct end_other_sessions {
    EMPTY_STRUCT;
};
struct end_other_sessions_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(end_other_sessions);

#endif
