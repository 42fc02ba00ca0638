/* Remove an album; its studies stay where they are. */
#ifndef APPLICATION_COMMANDS_ALBUMS_DELETE_ALBUM_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_DELETE_ALBUM_COMMAND_H

#include "application/models/share_access.h"

struct delete_album {
    uuid id;
};
struct delete_album_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_album);

#endif
