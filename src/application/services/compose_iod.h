/* What the IODs want of objects that are made of a data set and a document, picture, film or model
 * beside it (PS3.18 10.5.2): which SOP class is whose, and what each class needs that such data
 * sets leave out. Tables, so that the conformance statement says what they say. */
#ifndef APPLICATION_SERVICES_COMPOSE_IOD_H
#define APPLICATION_SERVICES_COMPOSE_IOD_H

#include "dicom/transfer_syntax.h"
#include "dicom/vr.h"

/* What an object is made of, PS3.3 A.45.1, A.45.2, A.85.1 to A.85.3, A.32.4, A.32.7, A.8.1. */
enum composed_iod {
    COMPOSED_PDF = 1,
    COMPOSED_CDA = 2,
    COMPOSED_STL = 4,
    COMPOSED_OBJ = 8,
    COMPOSED_MTL = 16,
    COMPOSED_PHOTO = 32,
    COMPOSED_VIDEO = 64,
    COMPOSED_CAPTURE = 128
};

struct composed_class {
    const char *media_type; /* of what stands beside the data set; one that ends with "/" stands for
                               all it begins */
    const char *sop_class_uid, *modality;
    enum composed_iod iod;
};
extern const struct composed_class composed_classes[];
extern const size_t composed_class_count;

/* What is sent as media_type without a SOP class. has_deep_pixels: more than 8 bits a sample, which
 * no photograph has. NULL: a class that the data set has to name. */
const struct composed_class *composed_class_of(str media_type, bool has_deep_pixels);
/* NULL: a class whose IOD is not known here. */
const struct composed_class *composed_class_find(str sop_class_uid);

/* An attribute of type 1 or 2. */
struct composed_attribute {
    uint32_t tag;
    enum dicom_vr vr;
    unsigned iods; /* a set of enum composed_iod */
    enum {
        COMPOSED_WITHOUT_VALUE, /* type 2: what the study says that is there, else empty */
        COMPOSED_VALUE,         /* what holds for whatever is composed */
        COMPOSED_UID,           /* one of its own, made of the SOP Instance UID */
        COMPOSED_SENDERS        /* type 1, and only the sender knows: stored, with a warning */
    } how;
    const char *value;
};
/* In the order of tags. */
extern const struct composed_attribute composed_attributes[];
extern const size_t composed_attribute_count;

/* The Image Pixel Description Macro, PS3.3 C.7.6.3: without it nobody can tell pixels from bytes.
 * In the order of tags. */
enum { PIXEL_ATTRIBUTE_COUNT = 8 };
extern const uint32_t pixel_attributes[PIXEL_ATTRIBUTE_COUNT];

/* Lossy Image Compression Method (0028,2114), PS3.3 C.7.6.1.1.5.1; absent: not known. */
str lossy_method_of(const struct transfer_syntax *syntax);

#endif
