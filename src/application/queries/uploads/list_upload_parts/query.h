/* Which parts of an upload are there: for who goes on. */
#ifndef APPLICATION_QUERIES_UPLOADS_LIST_UPLOAD_PARTS_QUERY_H
#define APPLICATION_QUERIES_UPLOADS_LIST_UPLOAD_PARTS_QUERY_H

#include "application/models/base_model.h"

enum { UPLOAD_PART_LIST_MAX = 1000 };

struct list_upload_parts {
    uuid id;
    int64_t after; /* number of the last part that is known */
};
struct list_upload_parts_result {
    struct upload_part_slice items;
    bool has_more;
};
DECLARE_USE_CASE(list_upload_parts);

#endif
