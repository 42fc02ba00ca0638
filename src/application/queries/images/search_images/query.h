/* QIDO-RS: the one query model, filled by the DICOMweb door. */
#ifndef APPLICATION_QUERIES_IMAGES_SEARCH_IMAGES_QUERY_H
#define APPLICATION_QUERIES_IMAGES_SEARCH_IMAGES_QUERY_H

#include "application/models/base_model.h"
#include "dicom/attribute_path.h"

enum {
    /* Where metadata has to be read to answer, at most that of so many instances and no longer than
     * that: beyond it the search is refused. */
    METADATA_MATCH_COUNT_MAX = 10000,
    METADATA_MATCH_MS = 2000
};

/* A key on an attribute that is in no column, which is not universal. Those that are indexed are
 * looked up; for the others the metadata of what the rest of the filter finds is read. */
struct path_match {
    struct attribute_path path; /* attribute_path_vr is not VR_NONE */
    str value;
    struct value_switches switches;
};
SLICE(path_match);

struct search_images {
    struct image_filter filter; /* without the organization, which is the principal's */
    struct path_match_slice paths;
    bool with_metadata; /* attributes that are in no column are asked for */
};
struct search_images_result {
    struct image_page page;
    /* Of each row, DICOM JSON, when asked for: of a study or a series that of one of its instances,
     * which is what was searched for. */
    struct str_slice metadata;
    str building; /* keywords of attributes whose metadata was read because their index is not
                     ready; absent when there are none */
};
/* Errors: INVALID (a value that its attribute cannot be matched with), TOO_LARGE (beyond the limits
 * above). */
DECLARE_USE_CASE(search_images);

#endif
