/* Single members out of a DICOM JSON document of our own making (dicom/json.h), without reading the
 * rest of it. */
#ifndef DICOM_JSON_MEMBERS_H
#define DICOM_JSON_MEMBERS_H

#include "base/str.h"

/* A member by its tag at the top level: `"TTTTTTTT":{…}` without the comma. Absent when it has
 * none. The document is our own, so a scan that knows strings and braces is enough. */
str json_model_member(str document, uint32_t tag);

/* The values of that member as DICOM writes them, several separated by "\", the groups of a name by
 * "=". "" when it has none. */
str json_model_member_text(struct arena *a, str document, uint32_t tag);
/* The same one by one: "" for each that is empty. */
void json_model_values(struct arena *a, str document, uint32_t tag, struct str_slice *out);
/* The items of a sequence: data set objects, views into the document. */
void json_model_items(struct arena *a, str document, uint32_t tag, struct str_slice *out);
/* The first item of a code sequence as "value\scheme\meaning". "" when it has none. */
str json_model_member_concept(struct arena *a, str document, uint32_t tag);

#endif
