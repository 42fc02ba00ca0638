/* Change a share. What is absent stays. */
#ifndef APPLICATION_COMMANDS_SHARES_UPDATE_SHARE_COMMAND_H
#define APPLICATION_COMMANDS_SHARES_UPDATE_SHARE_COMMAND_H

#include "application/models/share_access.h"

struct update_share {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
    str name;
    instant expires_at;
    str password;
    opt_i64 use_count_max;
    opt_bool allows_download;
    bool takes_over;
};
struct update_share_result {
    struct shown_share share;
};
DECLARE_USE_CASE(update_share);

#endif
