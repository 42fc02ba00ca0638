/* Unique identifiers, PS3.5 9. */
#ifndef DICOM_UID_H
#define DICOM_UID_H

#include "base/str.h"

enum { DICOM_UID_SIZE_MAX = 64 };

/* PS3.5 9.1: components of digits without leading zeros, at most 64 characters. */
bool uid_is_valid(str uid);
/* Digits and dots, 1 to 64: what real archives must take, because real devices wrote it. Safe in
 * URLs and headers. */
bool uid_is_tolerable(str uid);
/* "2.25." and the number that 16 bytes are (PS3.5 B.2). */
str uid_from_bytes(struct arena *a, const unsigned char bytes[16]);

#endif
