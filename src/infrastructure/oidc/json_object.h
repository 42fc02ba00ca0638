/* The members of a JSON object of which only some are known: what providers say of themselves, of
 * their keys and of people. Values stand as they came until somebody asks for one. */
#ifndef INFRASTRUCTURE_OIDC_JSON_OBJECT_H
#define INFRASTRUCTURE_OIDC_JSON_OBJECT_H

#include "base/err.h"
#include "base/str.h"

enum {
    JSON_OBJECT_MEMBER_COUNT_MAX = 256,
    JSON_OBJECT_LIST_LEN_MAX = 1024 /* groups of a person */
};

struct json_pair {
    str name, value;
};
SLICE(json_pair);

/* Strict: valid UTF-8, one object, no member twice, within JSON_DEPTH_MAX. Texts are views into
 * text, or live in a. Errors: MALFORMED, TOO_LARGE. */
err json_object_read(struct arena *a, str text, struct json_pair_slice *out);

/* As it stands; absent when there is none. */
str json_object_value(const struct json_pair_slice *o, str name);
/* False when there is none or it is of another kind. */
bool json_object_text(struct arena *a, const struct json_pair_slice *o, str name, str *out);
bool json_object_number(struct arena *a, const struct json_pair_slice *o, str name, double *out);
/* Of a text alone as of a list of texts; false when it is neither or too long. */
bool json_object_texts(struct arena *a, const struct json_pair_slice *o, str name,
                       struct str_slice *out);
/* true, or "true" as some providers write it. */
bool json_object_is_true(struct arena *a, const struct json_pair_slice *o, str name);
/* The elements of a list, as they stand. */
bool json_object_list(struct arena *a, const struct json_pair_slice *o, str name, size_t len_max,
                      struct str_slice *out);

#endif
