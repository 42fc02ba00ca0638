/* The data dictionary, PS3.6: which Value Representation and which keyword a tag has. Generated
 * tables, see tools/gen_dictionary.py. */
#ifndef DICOM_DICTIONARY_H
#define DICOM_DICTIONARY_H

#include "dicom/vr.h"

struct dictionary_entry {
    uint32_t tag; /* first of the range, for repeating groups */
    enum dicom_vr vr;
    enum dicom_vr other_vr; /* VR_NONE unless the object decides (US or SS, OW or OB) */
    const char *keyword, *vm;
};

/* NULL when the tag is private or not known. Repeating groups (50xx, 60xx) are found by each of
 * their tags. */
const struct dictionary_entry *dictionary_find(uint32_t tag);
const struct dictionary_entry *dictionary_find_keyword(str keyword);

/* The VR of a tag in an implicit VR data set, PS3.5 6.2: known from the dictionary, UL for group
 * lengths, LO for private creators, else UN. is_signed: Pixel Representation of the data set. */
enum dicom_vr dictionary_implicit_vr(uint32_t tag, bool is_signed);

static inline bool tag_is_private(uint32_t tag)
{
    return (tag >> 16 & 1) != 0;
}
/* "GGGGEEEE" in capitals, as DICOM JSON and DICOMweb write tags; false unless it is one. */
bool tag_from_text(str text, uint32_t *out);
/* A keyword or eight hexadecimal digits. */
bool tag_from_name(str text, uint32_t *out);
/* Those of a path through sequences, with "." between (PS3.18 8.3.4.1), room at most. False when it
 * is none. */
bool tag_path_from_name(str name, uint32_t *path, size_t room, size_t *depth);

#endif
