/* The studies in an album. */
#ifndef APPLICATION_QUERIES_ALBUMS_LIST_ALBUM_STUDIES_QUERY_H
#define APPLICATION_QUERIES_ALBUMS_LIST_ALBUM_STUDIES_QUERY_H

#include "application/models/share_access.h"
#include "core/searchable_query.h"

struct list_album_studies {
    uuid id;
    struct paged_query page;
    struct searchable_query search;
};
struct list_album_studies_result {
    struct study_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_album_studies);

#endif
