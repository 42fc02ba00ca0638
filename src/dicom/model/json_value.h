/* One attribute of the DICOM JSON model, PS3.18 F.2.2 to F.2.7: from what stands in the document to
 * the bytes of a value. json_reader.c finds the attributes. */
#ifndef DICOM_MODEL_JSON_VALUE_H
#define DICOM_MODEL_JSON_VALUE_H

#include "base/err.h"
#include "dicom/vr.h"

enum json_form { JSON_FORM_NONE, JSON_FORM_VALUE, JSON_FORM_INLINE, JSON_FORM_URI };

struct json_attribute {
    uint32_t tag;
    enum dicom_vr vr;
    enum json_form form;
    str text;           /* Value: the list with its brackets, well-formed; else the text itself */
    size_t value_count; /* of Value */
};

/* The bytes as explicit VR little endian has them, not padded; "" for an attribute without a value.
 * vr is no sequence. *out lives in scratch or is a view into the document, error texts live in a.
 * Errors: MALFORMED (a value that does not fit its VR), TOO_LARGE (over PART10_VALUE_SIZE_MAX). */
err json_value_encode(struct arena *a, struct arena *scratch, const struct json_attribute *m,
                      str *out);

/* Whether key names a group of a person name, and which: 0 Alphabetic, 1 Ideographic, 2 Phonetic.
 */
bool json_name_group(str key, size_t *out);

/* MALFORMED, "(GGGG,EEEE) …". */
err json_attribute_bad(struct arena *a, uint32_t tag, const char *what);

#endif
