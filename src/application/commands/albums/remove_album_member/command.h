/* Let a user or a group see an album no more. */
#ifndef APPLICATION_COMMANDS_ALBUMS_REMOVE_ALBUM_MEMBER_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_REMOVE_ALBUM_MEMBER_COMMAND_H

#include "application/models/share_access.h"

struct remove_album_member {
    uuid id;
    uuid grant_id;
};
struct remove_album_member_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(remove_album_member);

#endif
