/* Change an album. What is absent stays. */
#ifndef APPLICATION_COMMANDS_ALBUMS_UPDATE_ALBUM_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_UPDATE_ALBUM_COMMAND_H

#include "application/models/share_access.h"

struct update_album {
    uuid id;
    int64_t if_match; /* the version seen; 0: whatever it is */
    str name;
    str description;
};
struct update_album_result {
    struct album album;
};
DECLARE_USE_CASE(update_album);

#endif
