/* Open a share by its link: what a visit begins with. */
#ifndef APPLICATION_COMMANDS_SHARES_OPEN_SHARE_COMMAND_H
#define APPLICATION_COMMANDS_SHARES_OPEN_SHARE_COMMAND_H

#include "application/models/share_access.h"

struct open_share {
    str token;
    str password;
    str user_agent;
};
struct open_share_result {
    str access_token;
    str token_type;
    int64_t expires_in;
    enum share_kind kind;
    bool allows_download;
    bool is_deidentified;
    struct str_slice study_instance_uids; /* the first SHARE_STUDY_COUNT_MAX of them */
    int64_t study_count;
    str series_instance_uid;
};
DECLARE_USE_CASE(open_share);

#endif
