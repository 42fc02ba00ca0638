/* QIDO-RS: the one query model, filled by the DICOMweb door. */
#ifndef APPLICATION_QUERIES_IMAGES_SEARCH_IMAGES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_SEARCH_IMAGES_QUERY_H

#include "application/models/base_model.h"

struct search_images {
    struct image_filter filter; /* without the organization, which is the principal's */
    bool with_metadata;         /* of instances: attributes that are in no column are asked for */
};
struct search_images_result {
    struct image_page page;
    struct str_slice metadata; /* of each instance row, DICOM JSON, when asked for */
};
DECLARE_USE_CASE(search_images);

#endif
