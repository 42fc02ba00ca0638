/* Put studies into an album. */
#ifndef APPLICATION_COMMANDS_ALBUMS_ADD_ALBUM_STUDIES_COMMAND_H
#define APPLICATION_COMMANDS_ALBUMS_ADD_ALBUM_STUDIES_COMMAND_H

#include "application/models/share_access.h"

struct add_album_studies {
    uuid id;
    struct str_slice study_ids;
};
struct add_album_studies_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(add_album_studies);

#endif
