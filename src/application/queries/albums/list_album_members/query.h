/* Who sees an album besides its owner. */
#ifndef APPLICATION_QUERIES_ALBUMS_LIST_ALBUM_MEMBERS_QUERY_H
#define APPLICATION_QUERIES_ALBUMS_LIST_ALBUM_MEMBERS_QUERY_H

#include "application/models/share_access.h"

struct list_album_members {
    uuid id;
    struct paged_query page;
};
struct list_album_members_result {
    struct grant_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_album_members);

#endif
