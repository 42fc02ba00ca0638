/* Stands between a reader and a writer and adds elements to the data set: where it has none of the
 * tag, or one without a value. Or takes some out. */
#ifndef DICOM_WRITE_ELEMENT_FILLER_H
#define DICOM_WRITE_ELEMENT_FILLER_H

#include "dicom/part10/reader.h"

struct filled_element {
    uint32_t tag;
    enum dicom_vr vr;
    str value;       /* as explicit VR little endian has it, not padded; a sequence has no items */
    bool is_dropped; /* the data set's own is left out, and none is added */
};

struct element_filler {
    struct part10_consumer base; /* for the reader */
    struct part10_consumer *to;
    const struct filled_element *elements;
    size_t count, next;
};

/* elements: in ascending order of tags; theirs until the end. */
void element_filler_init(struct element_filler *f, struct part10_consumer *to,
                         const struct filled_element *elements, size_t count);
/* Those behind the last one of the data set. Errors: those of to. */
err element_filler_finish(struct element_filler *f);

#endif
