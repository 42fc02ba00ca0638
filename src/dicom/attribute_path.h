/* The path to an attribute, PS3.18 8.3.4.1: the tags of the sequences it stands in and its own. */
#ifndef DICOM_ATTRIBUTE_PATH_H
#define DICOM_ATTRIBUTE_PATH_H

#include "dicom/vr.h"

enum {
    ATTRIBUTE_DEPTH_MAX = 8,
    ATTRIBUTE_PATH_SIZE_MAX = ATTRIBUTE_DEPTH_MAX * 65 /* of its text in keywords */
};

struct attribute_path {
    uint32_t tags[ATTRIBUTE_DEPTH_MAX];
    size_t depth;
};

/* Keywords or tags of eight hexadecimal digits with "." between them; false unless it is one. */
bool attribute_path_read(str text, struct attribute_path *out);
/* "GGGGEEEE.GGGGEEEE", the one text of each path; and with keywords, as far as there are some. */
str attribute_path_tags(struct arena *a, const struct attribute_path *path);
str attribute_path_keywords(struct arena *a, const struct attribute_path *path);

bool attribute_path_eq(const struct attribute_path *one, const struct attribute_path *other);
bool attribute_path_is_private(const struct attribute_path *path);

/* The VR its values are matched by, as the dictionary has it; of those that the object decides, as
 * US or SS, the first. VR_NONE for what cannot be matched: bytes, private attributes, those of
 * group 0002 and group lengths, what the dictionary does not know, and paths through what is no
 * sequence. */
enum dicom_vr attribute_path_vr(const struct attribute_path *path);

#endif
