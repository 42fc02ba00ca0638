/* Single members out of a DICOM JSON document of our own making (dicom/json.h), without reading the
 * rest of it. */
#ifndef DICOM_JSON_MEMBERS_H
#define DICOM_JSON_MEMBERS_H

#include "base/str.h"

/* An attribute of an object: "00100010" and `{"vr":"PN","Value":[…]}`. */
struct json_member {
    str tag, value;
};
SLICE(json_member);

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

/* The next member of an object (tag: its name without quotes), the next value of an array; *at
 * begins at 0. */
bool json_model_next_member(str object, size_t *at, str *tag, str *value);
bool json_model_next_value(str array, size_t *at, str *out);
/* The values of an attribute, with their brackets; absent when it has none. */
str json_model_value_array(str attribute);

/* An object in pieces, to be changed: in the order of tags, and so it stays. What is set replaces
 * what was there. */
void json_members_read(struct arena *a, str object, struct json_member_slice *out);
str json_members_write(struct arena *a, const struct json_member_slice *members);
/* Absent when it has none of that tag. */
str json_members_find(const struct json_member_slice *members, uint32_t tag);
void json_members_set(struct arena *a, struct json_member_slice *members, uint32_t tag, str value);
void json_members_remove(struct json_member_slice *members, uint32_t tag);

#endif
