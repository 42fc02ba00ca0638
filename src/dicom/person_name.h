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

#endif
