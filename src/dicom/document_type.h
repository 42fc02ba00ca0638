/* The kinds of documents that instances encapsulate, PS3.3 A.45 and A.85: their media types
 * and SOP classes. What a file says in MIME Type of Encapsulated Document (0042,0012) comes from
 * whoever sent it; only what is listed here is passed on as the type of an answer. */
#ifndef DICOM_DOCUMENT_TYPE_H
#define DICOM_DOCUMENT_TYPE_H

#include "base/str.h"

struct document_type {
    const char *media_type;
    const char *alias; /* another name of it; "" */
    const char *sop_class_uid, *modality;
    const char *extension; /* of a file's name */
};

/* By media type, in any case and without its parameters. NULL: none of these. */
const struct document_type *document_type_find(str media_type);
/* By the SOP class. */
const struct document_type *document_type_of_class(str sop_class_uid);
/* One of the SOP classes, known here or not: an instance of it has a document. */
bool document_class_is(str sop_class_uid);

#endif
