/* What became of each file of an upload. */
#ifndef APPLICATION_QUERIES_UPLOADS_LIST_UPLOAD_FILES_QUERY_H
#define APPLICATION_QUERIES_UPLOADS_LIST_UPLOAD_FILES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"

struct list_upload_files {
    uuid id;
    struct paged_query page;
};
struct list_upload_files_result {
    struct upload_file_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_upload_files);

#endif
