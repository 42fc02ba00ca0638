/* The uploads of the sender, newest first. */
#ifndef APPLICATION_QUERIES_UPLOADS_LIST_UPLOADS_QUERY_H
#define APPLICATION_QUERIES_UPLOADS_LIST_UPLOADS_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"

struct list_uploads {
    struct paged_query page;
    str state;
};
struct list_uploads_result {
    struct upload_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_uploads);

#endif
