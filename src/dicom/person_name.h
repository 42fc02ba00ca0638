/* Person names, PS3.5 6.2.1: up to three groups separated by "=", alphabetic, ideographic and
 * phonetic. */
#ifndef DICOM_PERSON_NAME_H
#define DICOM_PERSON_NAME_H

#include "base/str.h"

struct person_name {
    str alphabetic, ideographic, phonetic; /* absent when empty */
};

struct person_name person_name_split(str utf8);

/* The form names and texts are searched in: lower case, Latin letters without their marks, "^" and
 * "=" as spaces, runs of spaces as one. Wild cards stay. */
str search_fold(struct arena *a, str utf8);
/* The same for a name, but with its groups still separated by "=". */
str person_name_fold(struct arena *a, str utf8);

/* Fuzzy matching (PS3.18 8.3.4.2): each word of what is asked is the beginning of some word of the
 * name, in any order and any group. Words of a query end at "^", "=", "," and spaces, those of a
 * name at "-" too. Gives the next word of a folded query; false behind the last. */
bool person_name_next_word(str *folded, str *out);

#endif
