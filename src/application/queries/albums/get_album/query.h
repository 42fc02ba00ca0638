/* One album. */
#ifndef APPLICATION_QUERIES_ALBUMS_GET_ALBUM_QUERY_H
#define APPLICATION_QUERIES_ALBUMS_GET_ALBUM_QUERY_H

#include "application/models/share_access.h"

struct get_album {
    uuid id;
};
struct get_album_result {
    struct album album;
};
DECLARE_USE_CASE(get_album);

#endif
