/* Make an album. */
#ifndef APPLICATION_COMMANDS_ALBUMS_CREATE_ALBUM_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_CREATE_ALBUM_COMMAND_H

#include "application/models/share_access.h"

struct create_album {
    str name;
    str description;
};
struct create_album_result {
    struct album album;
};
DECLARE_USE_CASE(create_album);

#endif
