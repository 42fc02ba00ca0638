/* A study, series or instance to be taken away as an archive of files with a DICOMDIR. A use case
 * of its own, so that the audit trail tells a download from a look. */
#ifndef APPLICATION_QUERIES_IMAGES_RETRIEVE_ARCHIVE_QUERY_H
#define APPLICATION_QUERIES_IMAGES_RETRIEVE_ARCHIVE_QUERY_H

#include "application/models/medium.h"
#include "application/queries/images/retrieve_images/query.h"

struct retrieve_archive {
    struct image_path path;
};
struct retrieve_archive_result {
    struct image_row row; /* down to the level of the path */
    struct medium_content content;
    struct medium medium; /* refers to content, which must stay where it is */
};
DECLARE_USE_CASE(retrieve_archive);

#endif
