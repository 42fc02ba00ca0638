/* End one of one's own sessions. */
#ifndef APPLICATION_COMMANDS_AUTH_END_OWN_SESSION_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_END_OWN_SESSION_COMMAND_H

#include "application/models/base_model.h"

struct end_own_session {
    uuid id;
};
struct end_own_session_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(end_own_session);

#endif
