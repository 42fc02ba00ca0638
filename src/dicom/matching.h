/* Matching of values as queries ask for it, PS3.4 C.2.2.2: wild cards, names by group, sets of
 * values, days and times. Letters of ASCII match without regard to case. */
#ifndef DICOM_MATCHING_H
#define DICOM_MATCHING_H

#include "base/str.h"

/* The whole of text is as pattern says: "*" for any characters, "?" for one, all else for itself.
 */
bool wildcard_matches(str pattern, str text);

/* The value of a key asks for wild card matching (PS3.4 C.2.2.2.4). */
bool has_wildcard(str value);

/* key and pattern are folded names (person_name_fold). Without "=" in the pattern one of the groups
 * matches; with it each group matches the group of its place, an empty one everything. */
bool person_name_matches(str pattern, str key);

/* A word of the folded name begins as word says, which may have wild cards. */
bool person_name_has_word(str word, str key);

/* One of the values between "\" matches. */
bool value_set_matches(str pattern, str set);

/* TM, PS3.5 6.2: HH, HHMM, HHMMSS or HHMMSS.F to six digits, in their ranges. */
bool time_is_valid(str tm);

/* A DA or TM as it is kept to be compared as text: the older forms "1997.04.24" and "10:20:30"
 * (PS3.5 6.2) become today's; what is no day or time becomes "". */
str date_normalized(struct arena *a, str da);
str time_normalized(struct arena *a, str tm);

#endif
