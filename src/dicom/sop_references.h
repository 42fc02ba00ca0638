/* The SOP instances that a data set refers to, each on its own in Referenced SOP Sequence
 * (0008,1199), or by study, series and SOP class in Referenced Study Sequence (0008,1110): the
 * forms of PS3.18 J.1. Those by study may stand in a Referenced SOP Sequence of their series as
 * well, which is the older form (PS3.3 C.17.2.1). */
#ifndef DICOM_SOP_REFERENCES_H
#define DICOM_SOP_REFERENCES_H

#include "base/slice.h"
#include "dicom/part10/reader.h"

enum {
    SOP_REFERENCE_COUNT_MAX = 10000,
    SOP_REFERENCE_NESTING_MAX = 4,
    SOP_REFERENCE_PLACE_COUNT = 8
};

struct sop_reference {
    str study_uid, series_uid; /* absent in a reference on its own */
    str sop_class_uid, sop_instance_uid;
};
SLICE(sop_reference);

struct sop_references {
    struct part10_consumer base;
    struct arena *arena; /* of the UIDs */
    struct sop_reference_slice list;
    struct sop_reference current;
    size_t first[SOP_REFERENCE_PLACE_COUNT];  /* of the references in the item of a place */
    uint32_t path[SOP_REFERENCE_NESTING_MAX]; /* of sequences, from the data set down */
    size_t depth;
};

/* A consumer that gathers the references into r->list, in their order. Its errors: INVALID (a UID
 * is missing or is none), TOO_LARGE (over SOP_REFERENCE_COUNT_MAX). */
void sop_references_init(struct sop_references *r, struct arena *a);

#endif
