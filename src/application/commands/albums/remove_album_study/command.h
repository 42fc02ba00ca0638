/* Take a study out of an album. */
#ifndef APPLICATION_COMMANDS_ALBUMS_REMOVE_ALBUM_STUDY_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_REMOVE_ALBUM_STUDY_COMMAND_H

#include "application/models/share_access.h"

struct remove_album_study {
    uuid id;
    uuid study_id;
};
struct remove_album_study_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(remove_album_study);

#endif
