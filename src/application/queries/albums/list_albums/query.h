/* The albums one made or was let into, or all of the organization for who looks after it. */
#ifndef APPLICATION_QUERIES_ALBUMS_LIST_ALBUMS_QUERY_H
#define APPLICATION_QUERIES_ALBUMS_LIST_ALBUMS_QUERY_H

#include "application/models/share_access.h"

struct list_albums {
    struct paged_query page;
};
struct list_albums_result {
    struct album_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_albums);

#endif
