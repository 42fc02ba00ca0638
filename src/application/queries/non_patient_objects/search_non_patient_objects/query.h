/* Search non-patient objects (PS3.18 12.6): the query model of images, at LEVEL_NON_PATIENT. */
#ifndef APPLICATION_QUERIES_NON_PATIENT_OBJECTS_SEARCH_NON_PATIENT_OBJECTS_QUERY_H
#define APPLICATION_QUERIES_NON_PATIENT_OBJECTS_SEARCH_NON_PATIENT_OBJECTS_QUERY_H

#include "application/queries/images/search_images/query.h"

/* Of one answer, in bytes; an inventory may be long. One object alone may be longer. */
enum { NON_PATIENT_METADATA_SIZE_MAX = 32 * 1024 * 1024 };

/* Errors: those of a search of images; TOO_LARGE. */
struct search_non_patient_objects {
    struct image_filter filter; /* without the organization, which is the principal's */
};
struct search_non_patient_objects_result {
    struct search_images_result found; /* with the metadata of each */
};
DECLARE_USE_CASE(search_non_patient_objects);

#endif
