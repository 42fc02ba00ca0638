/* Make a link by which somebody without an account sees studies, a series or an album, or sends
 * studies in. */
#ifndef APPLICATION_COMMANDS_SHARES_CREATE_SHARE_COMMAND_H
#define APPLICATION_COMMANDS_SHARES_CREATE_SHARE_COMMAND_H

#include "application/models/share_access.h"

struct create_share {
    uuid id; /* of a study, where the address names one */
    enum share_kind kind;
    str name;
    struct str_slice study_ids;
    uuid series_id;
    uuid album_id;
    instant expires_at;
    str password;
    int64_t use_count_max;
    bool allows_download;
    bool is_deidentified;
};
struct create_share_result {
    struct shown_share share;
    str token; /* told this once */
    str path;  /* of the page, on the public listener */
};
DECLARE_USE_CASE(create_share);

#endif
