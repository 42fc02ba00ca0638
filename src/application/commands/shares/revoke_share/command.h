/* Take a share back: its link and the visits under way open nothing any more. */
#ifndef APPLICATION_COMMANDS_SHARES_REVOKE_SHARE_COMMAND_H
#define APPLICATION_COMMANDS_SHARES_REVOKE_SHARE_COMMAND_H

#include "application/models/share_access.h"

struct revoke_share {
    uuid id;
};
struct revoke_share_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(revoke_share);

#endif
