/* Let a user see an album. */
#ifndef APPLICATION_COMMANDS_ALBUMS_ADD_ALBUM_MEMBER_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_ADD_ALBUM_MEMBER_COMMAND_H

#include "application/models/share_access.h"

struct add_album_member {
    uuid id;
    uuid user_id;
    bool allows_download;
    instant expires_at;
};
struct add_album_member_result {
    struct grant grant;
};
DECLARE_USE_CASE(add_album_member);

#endif
