/* Storage commitment, PS3.18 13 and PS3.4 J: which of the instances a sender names are kept here
 * for good, so that it may delete its own. */
#ifndef APPLICATION_QUERIES_IMAGES_CHECK_STORAGE_QUERY_H
#define APPLICATION_QUERIES_IMAGES_CHECK_STORAGE_QUERY_H

#include "application/models/base_model.h"
#include "dicom/sop_references.h"

/* Failure Reason (0008,1197), PS3.3 C.14.1.1. */
enum {
    COMMITMENT_GIVEN = 0,
    COMMITMENT_PROCESSING_FAILURE = 0x0110, /* a row without its object */
    COMMITMENT_NO_SUCH_INSTANCE = 0x0112,   /* or not in the study and series named with it */
    COMMITMENT_CLASS_CONFLICT = 0x0119
};

struct check_storage {
    const struct sop_reference_slice *references;
};
struct check_storage_result {
    uint16_t *reasons; /* one for each reference, in their order */
    size_t given_count;
};
DECLARE_USE_CASE(check_storage);

#endif
